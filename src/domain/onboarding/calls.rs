//! The keys whose requests count in somebody's first steps, and the last of those requests: in a workspace of one's own it is
//! anybody's, among others only one's own.

use super::place::Place;
use crate::domain::{App, usage};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::store;
use crate::store::keys::Digested;

/// Of how many keys, the newest, calls are seen at once. Those of others are seen when everybody's are written down.
const MOST_WATCHED: u64 = 50;

/// Among how many keys, the newest, the one is looked for that was used last.
pub(super) const MOST_SEARCHED: u64 = 1000;

/// What there is.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) keys: Vec<Digested>,
    /// The key that was used last; its `last_use` says when and from where.
    pub(super) used: Option<Key>,
    /// Among others: the keys that this person made, the newest first.
    pub(super) own: Vec<Key>,
}

/// Looks, with what is still counted in memory: a first request may be a moment ago.
pub(super) async fn look(app: &App, account: &Account, place: &Place) -> Result<Calls> {
    let (db, workspace) = (app.db.reader(), place.membership.workspace.id);
    if !place.is_joined {
        let keys = store::keys::newest_digests(db, workspace, MOST_WATCHED).await?;
        usage::write_down_of(app, keys.clone()).await?;
        let used = store::keys::last_used(db, workspace, MOST_SEARCHED).await?;
        return Ok(Calls {
            keys,
            used,
            own: Vec::new(),
        });
    }
    let own = store::keys::newest_of(db, workspace, account.id, MOST_SEARCHED).await?;
    let ids: Vec<KeyId> = own.iter().map(|key| key.id).collect();
    let keys = store::keys::digests(db, &ids).await?;
    usage::write_down_of(app, keys.clone()).await?;
    let own = store::keys::newest_of(db, workspace, account.id, MOST_SEARCHED).await?;
    let used = own.iter().filter(|key| key.last_use.is_some());
    let used = used.max_by_key(|key| key.last_use.as_ref().map(|last| last.at));
    Ok(Calls {
        keys,
        used: used.cloned(),
        own,
    })
}
