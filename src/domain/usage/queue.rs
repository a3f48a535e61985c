//! What was taken from the records and is not written yet.

use parking_lot::Mutex;

use super::counts::Batch;
use crate::model::ids::KeyId;
use crate::model::request_id::RequestId;

/// How many keys a transaction writes at most, or not many more: anybody else who wants to write waits for it.
const AT_ONCE: usize = 5_000;

/// Parts, each to be written by one transaction and in the order of keys; of a key, all refusals that are noted are in one.
#[derive(Debug, Default)]
pub(super) struct Queue(Mutex<Vec<Batch>>);

/// A part that is being written. However that ends (the database refuses, or the process stops), it waits again then, unless it
/// was written.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    queue: &'a Queue,
    part: Batch,
}

impl Queue {
    /// Adds what was counted since, in parts. It sorts, which with a million keys takes a while.
    pub(super) fn add(&self, counted: Batch) {
        let left = std::mem::take(&mut *self.0.lock());
        let mut all = Batch::default();
        let is_anything_left = !left.is_empty();
        left.into_iter().for_each(|part| all.add(part));
        all.add(counted);
        if is_anything_left {
            // However long the database is away: what waits grows with keys and hours, not with the number of attempts.
            all.merge();
        } else {
            // Neighbours in the database are written together: each of its pages is written once, not by many transactions.
            all.sort();
        }
        *self.0.lock() = all.into_parts(AT_ONCE).collect();
    }

    /// The next part to write.
    pub(super) fn take_next(&self) -> Option<Taken<'_>> {
        let part = self.0.lock().pop()?;
        Some(Taken { queue: self, part })
    }

    /// What waits of one key.
    pub(super) fn take_of(&self, key: KeyId) -> Batch {
        let mut of_key = Batch::default();
        for part in &mut *self.0.lock() {
            of_key.add(part.take_of(key));
        }
        of_key
    }

    /// The key of which a refused request of this name waits.
    pub(super) fn noted(&self, id: &RequestId) -> Option<KeyId> {
        let parts = self.0.lock();
        let mut notes = parts.iter().flat_map(|part| &part.notes);
        let found = notes.find(|(_, notes)| notes.iter().any(|note| note.request_id == *id));
        found.map(|(key, _)| *key)
    }

    /// What did not wait here, in parts: what of it is not written, will wait.
    pub(super) fn taken(&self, counted: Batch) -> Vec<Taken<'_>> {
        let parts = counted.into_parts(AT_ONCE);
        parts.map(|part| Taken { queue: self, part }).collect()
    }
}

impl Taken<'_> {
    /// What is to be written.
    pub(super) fn part(&self) -> &Batch {
        &self.part
    }

    /// It is, and waits no more.
    pub(super) fn written(mut self) {
        self.part = Batch::default();
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if !self.part.is_empty() {
            self.queue.0.lock().push(std::mem::take(&mut self.part));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::domain::usage::pending::{Pending, Routes};
    use crate::model::timestamp::Timestamp;
    use crate::profile::RouteNumber;

    fn key(number: u128) -> KeyId {
        KeyId(uuid::Uuid::from_u128(number))
    }

    /// One accepted request of each key.
    fn batch(keys: impl Iterator<Item = u128>) -> Batch {
        let pending = |number| Pending {
            key: key(number),
            at: Timestamp::default(),
            client: Arc::default(),
            routes: Routes::one(RouteNumber::NONE),
        };
        Batch {
            accepted: keys.map(pending).collect(),
            ..Batch::default()
        }
    }

    fn accepted(part: &Batch) -> (usize, u32) {
        (
            part.accepted.len(),
            part.accepted.iter().map(|one| one.routes.accepted()).sum(),
        )
    }

    #[test]
    fn what_is_not_written_waits_with_what_comes_later() {
        let (queue, keys) = (Queue::default(), 2 * AT_ONCE as u128 + 7);
        for _ in 0..3 {
            queue.add(batch((0..keys).rev()));
            // Nobody says that it was written.
            queue.take_next().unwrap();
        }
        assert_eq!(accepted(&queue.take_of(key(keys / 2))), (1, 3));
        assert_eq!(accepted(&queue.take_of(key(keys / 2))), (0, 0));
        let mut all = (0, 0);
        while let Some(taken) = queue.take_next() {
            let (keys, requests) = accepted(taken.part());
            assert!(keys <= AT_ONCE);
            all = (all.0 + keys, all.1 + requests);
            taken.written();
        }
        let others = keys as usize - 1;
        assert_eq!(all, (others, 3 * others as u32));
    }
}
