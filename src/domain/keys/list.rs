//! A page of keys: filtered, searched, with a cursor.

use std::collections::HashMap;

use crate::domain::App;
use crate::domain::access::ReadKeys;
use crate::domain::keys::traffic::{self, Daily};
use crate::error::Result;
use crate::model::ids::{KeyId, OwnerId};
use crate::model::key::Key;
use crate::store;
pub use crate::store::keys::{Filter, StatusFilter};

/// A page of keys, newest first.
#[derive(Clone, Debug)]
pub struct KeyPage {
    pub keys: Vec<Key>,
    /// Accepted requests of the last days, for those that had any.
    pub daily: HashMap<KeyId, Daily>,
    /// How many keys match, on all pages.
    pub total: u64,
    /// How many of them are on the pages before.
    pub passed: u64,
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
    let any = !keys.is_empty() || store::keys::count_all(app.db.reader(), owner).await? > 0;
    let total = matching(app, owner, filter, None).await?;
    let passed = match filter.before {
        // A key may come or go between two questions.
        Some(_) => total.saturating_sub(matching(app, owner, filter, filter.before).await?),
        None => 0,
    };
    let daily = traffic::daily(app, &keys).await?;
    Ok(KeyPage {
        keys,
        total,
        passed,
        daily,
        next,
        any,
    })
}

async fn matching(app: &App, owner: OwnerId, filter: &Filter, before: Option<KeyId>) -> Result<u64> {
    if !can_match(filter) {
        return Ok(0);
    }
    let filter = Filter {
        before,
        ..filter.clone()
    };
    Ok(store::keys::count(app.db.reader(), owner, &filter, app.now()).await?)
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
