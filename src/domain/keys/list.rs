//! A page of keys: filtered, searched, with a cursor.

use std::collections::HashMap;

use crate::domain::App;
use crate::domain::access::ReadKeys;
use crate::domain::keys::traffic;
use crate::error::Result;
use crate::model::counted::Counted;
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::model::usage::Daily;
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
    let mut keys = if can_match(filter) {
        store::keys::list(app.db.reader(), owner, filter, app.now(), limit + 1).await?
    } else {
        Vec::new()
    };
    let more = keys.len() as u64 > limit;
    keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = keys.last().filter(|_| more).map(|key| key.id);
    let any = !keys.is_empty() || store::keys::has_any(app.db.reader(), owner).await?;
    let daily = traffic::daily(app, &keys).await?;
    Ok(KeyPage { keys, daily, next, any })
}

/// Where a page of that list stands.
pub async fn counted(app: &App, proof: ReadKeys<'_>, filter: &Filter) -> Result<Counted> {
    if !can_match(filter) {
        return Ok(Counted::NONE);
    }
    Ok(store::keys::counted(app.db.reader(), proof.ring().owner_id(), filter, app.now()).await?)
}

/// Nothing is called by a name with a NUL in it, and PostgreSQL refuses to be asked.
fn can_match(filter: &Filter) -> bool {
    let words = [
        Some(&filter.search),
        filter.environment.as_ref(),
        filter.type_id.as_ref(),
    ];
    !words.into_iter().flatten().any(|word| word.contains('\0'))
}
