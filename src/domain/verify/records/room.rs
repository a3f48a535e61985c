//! How many records there may be. The shards share this room: by chance some have more keys than others, and nothing is to be
//! forgotten in one while there is room in another.

use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Debug)]
pub(super) struct Room {
    capacity: usize,
    taken: AtomicUsize,
}

impl Room {
    pub(super) fn for_records(capacity: usize) -> Self {
        Self {
            capacity,
            taken: AtomicUsize::new(0),
        }
    }

    /// Takes the room of one record, even where there is none left: then something has to be given back.
    pub(super) fn take(&self) {
        self.taken.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn give_back(&self) {
        self.taken.fetch_sub(1, Ordering::Relaxed);
    }

    /// Whether more has been taken than there is.
    pub(super) fn is_exceeded(&self) -> bool {
        self.taken.load(Ordering::Relaxed) > self.capacity
    }
}
