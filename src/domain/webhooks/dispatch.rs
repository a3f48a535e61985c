//! Delivering webhooks, as work that is claimed ([`crate::domain::dispatch`]).
//!
//! Nobody waits for a slow receiver but those who send to it: an endpoint has few attempts under way at a time, a workspace some,
//! and a claim goes round all of them.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::domain::App;
use crate::domain::dispatch::{Bell, Work};
use crate::domain::webhooks::attempt::attempt;
use crate::error::Result;
use crate::model::timestamp::{SECOND, Timestamp};
use crate::model::webhook::DeliveryId;
use crate::store::webhooks::claims::{self, Claim};
use crate::store::{self, Db};

/// How many are under way to one endpoint, by all processes.
const OF_ENDPOINT: i64 = 4;

/// How many are under way of one workspace, by all processes.
const OF_WORKSPACE: i64 = 12;

/// How long a claim lasts, in milliseconds: much longer than an attempt takes.
const CLAIM: i64 = 30 * SECOND;

/// Webhooks.
pub enum Webhooks {}

impl Work for Webhooks {
    type Id = DeliveryId;

    const NAME: &'static str = "webhooks";

    /// Each may hold a body and an answer in memory.
    const AT_ONCE: usize = 128;

    /// A little longer than the courier's patience.
    const FINISHING: Duration = Duration::from_secs(12);

    fn bell(app: &App) -> &Bell {
        &app.dispatch
    }

    async fn is_any_due(db: &Db, now: Timestamp) -> store::Result<bool> {
        claims::is_any_due(db.reader(), now).await
    }

    async fn claim(app: &App, db: &Db, room: i64) -> store::Result<Vec<DeliveryId>> {
        let now = app.now();
        let claim = Claim {
            node: app.node,
            now,
            until: now.plus(CLAIM),
            room,
            of_endpoint: OF_ENDPOINT,
            of_workspace: OF_WORKSPACE,
        };
        claims::claim(db.writer(), claim).await
    }

    async fn attempt(app: &App, db: &Db, id: DeliveryId, _: &CancellationToken) -> Result<()> {
        // It ends by itself, within the courier's patience.
        attempt(app, db, id).await
    }

    async fn give_back(app: &App, db: &Db, id: DeliveryId) -> store::Result<()> {
        claims::give_back(db.writer(), app.node, id, app.now()).await
    }

    async fn give_all_back(db: &Db, now: Timestamp) -> store::Result<()> {
        claims::give_all_back(db.writer(), now).await
    }
}
