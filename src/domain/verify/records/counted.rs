//! What was counted about keys: handing it over to be written down, and finding a refused request in it.

use super::{Part, Records};
use crate::domain::usage::counts::Batch;
use crate::model::ids::KeyId;
use crate::model::request_id::RequestId;
use crate::store::keys::Digested;

impl Records {
    /// Hands over what a part has counted since the last time.
    pub fn take_counts(&self, part: usize, batch: &mut Batch) {
        let Some(Part(shard)) = self.shards.get(part) else {
            return;
        };
        // Making room may copy all that is there. Until the lock is taken again a few more may have been counted.
        let waiting = shard.lock().waiting();
        batch.accepted.reserve(waiting + waiting / 4 + 64);
        let seldom = shard.lock().take(&mut batch.accepted);
        batch.add_spilled(seldom.spilled);
        batch.add_refused(seldom.refused);
        batch.notes.extend(seldom.notes);
    }

    /// Hands over what was counted of one key since the last time.
    pub fn take_counts_of(&self, key: &Digested, batch: &mut Batch) {
        self.shard(&key.1).lock().take_of(key, batch);
    }

    /// Whether a request with this key was let through that is not written down yet. (Nothing is known of a key that is not in memory.)
    pub fn has_accepted(&self, (_, digest): &Digested) -> bool {
        let mut shard = self.shard(digest).lock();
        let position = shard.position(digest);
        let record = position.and_then(|position| shard.record(position));
        record.is_some_and(|(record, _)| !record.counted.is_empty())
    }

    /// The key of which a refused request of this name is remembered.
    pub fn noted(&self, id: &RequestId) -> Option<KeyId> {
        self.shards.iter().find_map(|Part(shard)| shard.lock().noted(id))
    }
}
