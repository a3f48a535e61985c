//! Usage: every verdict about a known key is counted in memory, and written down in batches.

use std::collections::HashSet;
use std::sync::Arc;

use dashmap::DashMap;

use crate::error::{AppError, Result};
use crate::model::ids::KeyId;
use crate::model::key::LastUse;
use crate::model::timestamp::Timestamp;
use crate::store::db::commit;
use crate::store::usage::Count;
use crate::store::{self, Db};

/// The outcome of an allowed request; the others are [`crate::model::verdict::Refusal::reason`].
pub const ACCEPTED: &str = "accepted";

/// What has been counted since the last flush.
#[derive(Clone, Debug, Default)]
pub struct Counters(Arc<Counted>);

#[derive(Debug, Default)]
struct Counted {
    counts: DashMap<(KeyId, i64, &'static str), i64>,
    last_uses: DashMap<KeyId, LastUse>,
    flushing: tokio::sync::Mutex<()>,
}

type Counts = Vec<((KeyId, i64, &'static str), i64)>;

impl Counters {
    /// Counts an accepted request, and remembers it as the key's last.
    pub fn accepted(&self, key: KeyId, last: LastUse) {
        *self.0.counts.entry((key, last.at.hour(), ACCEPTED)).or_insert(0) += 1;
        self.0.remember(key, last);
    }

    /// Counts a refused request. It does not move the key's last use.
    pub fn refused(&self, key: KeyId, reason: &'static str, now: Timestamp) {
        *self.0.counts.entry((key, now.hour(), reason)).or_insert(0) += 1;
    }

    /// Writes down what has been counted. What cannot be written stays counted.
    pub async fn flush(&self, db: &Db) -> Result<()> {
        let (counted, db) = (self.0.clone(), db.clone());
        // A task of its own: a person who closes the page that asked for this must not take the counts along.
        let flush = tokio::spawn(async move { counted.flush(&db).await });
        flush.await.map_err(|error| AppError::Internal(error.into()))?
    }
}

impl Counted {
    async fn flush(&self, db: &Db) -> Result<()> {
        let _one_at_a_time = self.flushing.lock().await;
        let counts = self.take_counts();
        let last_uses = self.take_last_uses();
        if counts.is_empty() && last_uses.is_empty() {
            return Ok(());
        }
        let written = write(db, &counts, &last_uses).await;
        if written.is_err() {
            self.put_back(counts, last_uses);
        }
        written
    }

    /// Requests end in another order than they began: the latest use is the one that stays.
    fn remember(&self, key: KeyId, last: LastUse) {
        let mut known = self.last_uses.entry(key).or_insert_with(|| last.clone());
        if known.at < last.at {
            *known = last;
        }
    }

    fn take_counts(&self) -> Counts {
        let keys: Vec<_> = self.counts.iter().map(|entry| *entry.key()).collect();
        let mut counts: Counts = keys.into_iter().filter_map(|key| self.counts.remove(&key)).collect();
        // Always in one order: two nodes that flush the same keys must not wait for each other in a circle.
        counts.sort_unstable_by_key(|(key, _)| *key);
        counts
    }

    fn take_last_uses(&self) -> Vec<(KeyId, LastUse)> {
        let keys: Vec<_> = self.last_uses.iter().map(|entry| *entry.key()).collect();
        let mut uses: Vec<_> = keys.into_iter().filter_map(|key| self.last_uses.remove(&key)).collect();
        uses.sort_unstable_by_key(|(key, _)| *key);
        uses
    }

    fn put_back(&self, counts: Counts, last_uses: Vec<(KeyId, LastUse)>) {
        for (key, count) in counts {
            *self.counts.entry(key).or_insert(0) += count;
        }
        for (key, last) in last_uses {
            self.remember(key, last);
        }
    }
}

async fn write(db: &Db, counts: &Counts, last_uses: &[(KeyId, LastUse)]) -> Result<()> {
    let mut keys: Vec<KeyId> = counts.iter().map(|((key, ..), _)| *key).collect();
    keys.dedup();
    let tx = db.begin().await?;
    // A key may be gone by now. Its counts belong to nobody, and must not keep the others from being written.
    let existing: HashSet<KeyId> = store::keys::existing(&tx, &keys).await?.into_iter().collect();
    let counts = counts
        .iter()
        .filter(|((key, ..), _)| existing.contains(key))
        .map(|((key, hour, outcome), count)| Count {
            key: *key,
            hour: *hour,
            outcome: (*outcome).to_owned(),
            count: *count,
        })
        .collect();
    store::usage::add(&tx, counts).await?;
    for (key, last) in last_uses {
        store::usage::set_last_use(&tx, *key, last).await?;
    }
    Ok(commit(tx).await?)
}
