//! A workspace's own endpoint: where it is told what happens to its keys ([`super::announce`]). One at most, with a secret of its
//! own. Every member may look; owners and admins change it.

mod reveal;
mod save;
mod secret;
mod send;
mod switch;

pub use super::own_page::page;
pub use reveal::view;
pub use save::{Input, change, create, seen};
pub use secret::{end_overlap, rotate, secret_seen};
pub use send::{resend, send_test};
pub use switch::{remove, switch_off, switch_on};

use crate::domain::App;
use crate::domain::access::{ManageWorkspace, Standing};
use crate::domain::webhooks::endpoints;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::counted::Counted;
use crate::model::webhook::{Attempt, Delivery, DeliveryId, Endpoint};
use crate::store::webhooks::deliveries::Filter;
use crate::store::{self, Tx};

/// The endpoint, if there is one.
pub async fn find(app: &App, standing: &Standing) -> Result<Option<Endpoint>> {
    Ok(store::webhooks::endpoints::find_own(app.db.reader(), standing.workspace.id).await?)
}

/// How many deliveries a page shows.
pub const PAGE: u64 = 25;

/// A page of what went to the endpoint, newest first, the cursor of the next one, and where in all of it the page stands.
pub async fn deliveries(
    app: &App,
    standing: &Standing,
    endpoint: &Endpoint,
    before: Option<DeliveryId>,
) -> Result<(Vec<Delivery>, Option<DeliveryId>, Counted)> {
    let filter = Filter {
        endpoint: Some(endpoint.id),
        before,
        ..Filter::default()
    };
    let workspace = standing.workspace.id;
    let mut found = store::webhooks::deliveries::list(app.db.reader(), workspace, filter, PAGE + 1).await?;
    let more = found.len() as u64 > PAGE;
    found.truncate(PAGE as usize);
    let next = found.last().filter(|_| more).map(|delivery| delivery.id);
    let counted = store::webhooks::deliveries::counted(app.db.reader(), workspace, filter).await?;
    Ok((found, next, counted))
}

/// A delivery to the endpoint, with its attempts.
pub async fn delivery(app: &App, standing: &Standing, id: DeliveryId) -> Result<(Delivery, Vec<Attempt>)> {
    let db = app.db.reader();
    let found = store::webhooks::deliveries::find(db, standing.workspace.id, id).await?;
    let found = found.filter(|delivery| delivery.key_id.is_none());
    let delivery = found.ok_or(AppError::NotFound)?;
    Ok((delivery, store::webhooks::attempts::list(db, id).await?))
}

/// Locks the endpoint; not found when there is none.
async fn open(tx: &Tx, proof: ManageWorkspace<'_>) -> Result<Endpoint> {
    let found = store::webhooks::endpoints::find_own(tx, proof.workspace().id).await?;
    let found = found.ok_or(AppError::NotFound)?;
    let locked = store::webhooks::endpoints::lock(tx, found.id).await?;
    locked.ok_or(AppError::NotFound)
}

async fn record(
    tx: &Tx,
    app: &App,
    proof: ManageWorkspace<'_>,
    endpoint: &Endpoint,
    action: Action,
    details: String,
) -> Result<()> {
    endpoints::record(tx, app, endpoint, action, proof.by(), details).await
}
