//! Usage: every verdict about a known key is counted in memory, and written down in batches.

use dashmap::DashMap;

use crate::error::Result;
use crate::model::ids::KeyId;
use crate::model::key::LastUse;
use crate::model::timestamp::Timestamp;
use crate::store::db::commit;
use crate::store::usage::Count;
use crate::store::{self, Db};

/// The outcome of an allowed request; the others are [`crate::model::verdict::Refusal::reason`].
pub const ACCEPTED: &str = "accepted";

/// What has been counted since the last flush.
#[derive(Debug, Default)]
pub struct Counters {
    counts: DashMap<(KeyId, i64, &'static str), i64>,
    last_uses: DashMap<KeyId, LastUse>,
    flushing: tokio::sync::Mutex<()>,
}

impl Counters {
    /// Counts an accepted request, and remembers it as the key's last.
    pub fn accepted(&self, key: KeyId, last: LastUse) {
        *self.counts.entry((key, last.at.hour(), ACCEPTED)).or_insert(0) += 1;
        self.last_uses.insert(key, last);
    }

    /// Counts a refused request. It does not move the key's last use.
    pub fn refused(&self, key: KeyId, reason: &'static str, now: Timestamp) {
        *self.counts.entry((key, now.hour(), reason)).or_insert(0) += 1;
    }

    /// Writes down what has been counted. What cannot be written stays counted.
    pub async fn flush(&self, db: &Db) -> Result<()> {
        let _one_at_a_time = self.flushing.lock().await;
        let counts = self.take_counts();
        let last_uses = self.take_last_uses();
        if counts.is_empty() && last_uses.is_empty() {
            return Ok(());
        }
        let written = write(db, counts.clone(), &last_uses).await;
        if written.is_err() {
            self.put_back(counts, last_uses);
        }
        written
    }

    fn take_counts(&self) -> Vec<((KeyId, i64, &'static str), i64)> {
        let keys: Vec<_> = self.counts.iter().map(|entry| *entry.key()).collect();
        keys.into_iter().filter_map(|key| self.counts.remove(&key)).collect()
    }

    fn take_last_uses(&self) -> Vec<(KeyId, LastUse)> {
        let keys: Vec<_> = self.last_uses.iter().map(|entry| *entry.key()).collect();
        keys.into_iter().filter_map(|key| self.last_uses.remove(&key)).collect()
    }

    fn put_back(&self, counts: Vec<((KeyId, i64, &'static str), i64)>, last_uses: Vec<(KeyId, LastUse)>) {
        for (key, count) in counts {
            *self.counts.entry(key).or_insert(0) += count;
        }
        for (key, last) in last_uses {
            self.last_uses.entry(key).or_insert(last);
        }
    }
}

async fn write(db: &Db, counts: Vec<((KeyId, i64, &'static str), i64)>, last_uses: &[(KeyId, LastUse)]) -> Result<()> {
    let mut counts: Vec<Count> = counts
        .into_iter()
        .map(|((key, hour, outcome), count)| Count {
            key,
            hour,
            outcome: outcome.to_owned(),
            count,
        })
        .collect();
    // Always in one order: two nodes that flush the same keys must not wait for each other in a circle.
    counts.sort_by(|a, b| (a.key, a.hour, &a.outcome).cmp(&(b.key, b.hour, &b.outcome)));
    let tx = db.begin().await?;
    store::usage::add(&tx, counts).await?;
    for (key, last) in last_uses {
        store::usage::set_last_use(&tx, *key, last).await?;
    }
    Ok(commit(tx).await?)
}
