//! How much a key is used: today, over two weeks, and why requests with it were refused.

use std::collections::HashMap;

use crate::domain::App;
use crate::domain::access::ReadKeys;
use crate::error::Result;
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::model::refused_request::RefusedRequest;
use crate::model::usage::{ACCEPTED, DAILY, Daily, first_of_daily, place_in_daily};
use crate::store;

/// How many refused requests are shown one by one.
const SHOWN: u64 = 50;

/// What a key's page shows.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    pub daily: Daily,
    pub refusals: Vec<RefusalCount>,
    /// Newest first.
    pub last_refusals: Vec<RefusedRequest>,
}

/// How often a key was refused for one reason.
#[derive(Clone, Debug, Default)]
pub struct RefusalCount {
    /// See [`crate::model::verdict::Refusal::reason`].
    pub reason: String,
    pub today: i64,
    /// In all the days, today included.
    pub total: i64,
}

impl Traffic {
    /// Accepted since midnight, UTC.
    pub fn accepted_today(&self) -> i64 {
        self.daily.last().copied().unwrap_or_default()
    }

    /// Accepted in all the days.
    pub fn accepted(&self) -> i64 {
        self.daily.iter().sum()
    }

    /// Refused since midnight, UTC.
    pub fn refused_today(&self) -> i64 {
        self.refusals.iter().map(|refusal| refusal.today).sum()
    }

    /// Refused in all the days.
    pub fn refused(&self) -> i64 {
        self.refusals.iter().map(|refusal| refusal.total).sum()
    }
}

/// A key and its traffic, with what is still in memory written down first.
pub async fn traffic(app: &App, proof: ReadKeys<'_>, id: KeyId) -> Result<(Key, Traffic)> {
    let key = super::find_with_usage(app, proof, id).await?;
    let first = first_of_daily(app.now());
    let mut traffic = Traffic::default();
    for count in store::usage::of_keys(app.db.reader(), &[id], first).await? {
        let day = place_in_daily(count.day, first);
        if count.outcome == ACCEPTED {
            traffic.daily[day] += count.count;
            continue;
        }
        let today = if day == DAILY - 1 { count.count } else { 0 };
        match traffic.refusals.iter_mut().find(|known| known.reason == count.outcome) {
            Some(known) => {
                known.today += today;
                known.total += count.count;
            }
            None => traffic.refusals.push(RefusalCount {
                reason: count.outcome,
                today,
                total: count.count,
            }),
        }
    }
    traffic.last_refusals = store::refused_requests::of_key(app.db.reader(), id, SHOWN).await?;
    traffic.refusals.sort_by_key(|refusal| std::cmp::Reverse(refusal.total));
    Ok((key, traffic))
}

/// The accepted requests of several keys, for the small pictures of a list: one query for all of them.
pub(super) async fn daily(app: &App, keys: &[Key]) -> Result<HashMap<KeyId, Daily>> {
    let ids: Vec<_> = keys.iter().map(|key| key.id).collect();
    let first = first_of_daily(app.now());
    let mut all: HashMap<KeyId, Daily> = HashMap::new();
    let sums = store::usage::of_keys(app.db.reader(), &ids, first).await?;
    for sum in sums.into_iter().filter(|sum| sum.outcome == ACCEPTED) {
        all.entry(sum.of).or_default()[place_in_daily(sum.day, first)] += sum.count;
    }
    Ok(all)
}
