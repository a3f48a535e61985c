//! A page of keys: filtered, searched, with a cursor.

use std::collections::HashMap;

use crate::domain::App;
use crate::domain::access::ReadKeys;
use crate::domain::keys::traffic::{self, Daily};
use crate::error::Result;
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::store;
pub use crate::store::keys::{Filter, StatusFilter};

/// A page of keys, newest first.
#[derive(Clone, Debug)]
pub struct KeyPage {
    pub keys: Vec<Key>,
    /// Accepted requests of the last days, for those that had any.
    pub daily: HashMap<KeyId, Daily>,
    /// The cursor of the next page, when there is one.
    pub next: Option<KeyId>,
    /// Whether this ring has ever held a key: an empty list and "no match" are told apart by it.
    pub any: bool,
}

/// Lists at most `limit` keys.
pub async fn list(app: &App, proof: ReadKeys<'_>, filter: &Filter, limit: u64) -> Result<KeyPage> {
    let owner = proof.ring().owner_id();
    let mut keys = store::keys::list(app.db.reader(), owner, filter, app.now(), limit + 1).await?;
    let more = keys.len() as u64 > limit;
    keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = keys.last().filter(|_| more).map(|key| key.id);
    let any = !keys.is_empty() || store::keys::count_all(app.db.reader(), owner).await? > 0;
    let daily = traffic::daily(app, &keys).await?;
    Ok(KeyPage { keys, daily, next, any })
}
