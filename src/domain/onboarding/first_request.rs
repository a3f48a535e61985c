//! Waiting for a first request: of one key, or of any key of the workspace that the walk is about.
//!
//! What is true is asked of the database, once what memory has counted is written down ([`look`]). That costs a few questions, so
//! whoever waits asks memory first whether there is any reason to ([`Found::may_be_old`]): nothing of it is in the way of a verdict.

use crate::domain::access::Standing;
use crate::domain::accounts::sessions;
use crate::domain::onboarding::{calls, place};
use crate::domain::{App, keys, usage};
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::ids::{KeyId, SessionId};
use crate::model::key::Key;
use crate::store;
use crate::store::keys::Digested;

/// Who waits.
#[derive(Clone, Debug)]
pub struct Watcher {
    pub account: Account,
    pub session: SessionId,
    pub address: String,
}

/// For what.
#[derive(Clone, Debug)]
pub enum Awaited {
    /// The first request with this key.
    OfKey {
        workspace: String,
        project: Option<String>,
        key: KeyId,
    },
    /// The first with any key of the workspace in which this person takes the first steps.
    OfWalk,
}

/// What there is.
#[derive(Debug)]
pub struct Found {
    /// The key that was used.
    pub used: Option<Key>,
    keys: Vec<Digested>,
    /// How often usage had been written down before.
    written: u64,
}

/// Looks, for somebody who is signed in still and may see it still.
pub async fn look(app: &App, who: &Watcher, awaited: &Awaited) -> Result<Found> {
    if !sessions::lives(app, &who.account, who.session).await? {
        return Err(AppError::Unauthenticated);
    }
    let written = app.usage.times_written();
    let (keys, used) = match awaited {
        Awaited::OfKey {
            workspace,
            project,
            key,
        } => {
            let standing = Standing::enter(app, &who.account, workspace, &who.address).await?;
            let ring = standing.key_ring(app, project.as_deref()).await?;
            // Whose it is comes before anything that takes time.
            keys::find(app, ring.read_keys(), *key).await?;
            let keys = store::keys::digests(app.db.reader(), &[*key]).await?;
            usage::write_down_of(app, keys.clone()).await?;
            (keys, Some(keys::find(app, ring.read_keys(), *key).await?))
        }
        Awaited::OfWalk => {
            let place = place::of(app, &who.account).await?.ok_or(AppError::NotFound)?;
            let calls = calls::look(app, &who.account, &place).await?;
            (calls.keys, calls.used)
        }
    };
    Ok(Found {
        used: used.filter(|key| key.last_use.is_some()),
        keys,
        written,
    })
}

impl Found {
    /// Whether a request may have come since: one is counted in memory, or what was has been written down. (What has come to another
    /// node, only the database knows.)
    pub fn may_be_old(&self, app: &App) -> bool {
        self.written != app.usage.times_written() || self.keys.iter().any(|key| app.records.has_accepted(key))
    }
}
