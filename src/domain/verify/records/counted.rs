//! What was counted about keys: handing it over to be written down, and finding a refused request in it.

use std::collections::HashMap;

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
        batch.add_ways(seldom.ways);
        batch.add_refused(seldom.refused);
        batch.notes.extend(seldom.notes);
    }

    /// Hands over what was counted of these keys since the last time.
    pub fn take_counts_of(&self, keys: &HashMap<KeyId, [u8; 32]>, batch: &mut Batch) {
        let mut of_shards: Vec<Vec<Digested>> = vec![Vec::new(); self.shards.len()];
        for (key, digest) in keys {
            of_shards[Self::number(digest)].push((*key, *digest));
        }
        let is_wanted = |key: &KeyId| keys.contains_key(key);
        for (Part(shard), of_shard) in self.shards.iter().zip(&of_shards) {
            if !of_shard.is_empty() {
                shard.lock().take_of(of_shard, is_wanted, batch);
            }
        }
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
