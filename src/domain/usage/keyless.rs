//! Refused requests that came without a key of ours, on their way to the database. Anybody can send as many of them as they like: how
//! many are noted one by one is for a throttle to say (`domain::throttle`), and no more wait here than there is room for.

use std::collections::VecDeque;

use parking_lot::Mutex;

use super::notes::Note;
use crate::model::request_id::RequestId;

/// How many wait to be written at most.
const WAITING: usize = 4_096;

/// What is noted of requests without a key.
#[derive(Debug, Default)]
pub struct Keyless(Mutex<VecDeque<Note>>);

/// Notes that are being written. However that ends, they wait again then, unless they were.
#[derive(Debug)]
pub(super) struct Taken<'a> {
    keyless: &'a Keyless,
    notes: VecDeque<Note>,
}

impl Keyless {
    /// Notes a request, if there is room.
    pub fn note(&self, note: Note) {
        let mut waiting = self.0.lock();
        if waiting.len() < WAITING {
            waiting.push_back(note);
        }
    }

    /// Whether they should not wait much longer: others will find no room.
    pub(super) fn is_filling(&self) -> bool {
        self.0.lock().len() > WAITING / 4
    }

    /// Takes what waits to be written.
    pub(super) fn take(&self) -> Taken<'_> {
        Taken {
            keyless: self,
            notes: std::mem::take(&mut *self.0.lock()),
        }
    }

    /// Whether a request of this name waits here.
    pub(super) fn has(&self, id: &RequestId) -> bool {
        self.0.lock().iter().any(|note| note.request_id == *id)
    }
}

impl Taken<'_> {
    /// What is to be written.
    pub(super) fn notes(&self) -> &VecDeque<Note> {
        &self.notes
    }

    /// It is.
    pub(super) fn written(mut self) {
        self.notes.clear();
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut waiting = self.keyless.0.lock();
        self.notes.append(&mut waiting);
        self.notes.truncate(WAITING);
        *waiting = std::mem::take(&mut self.notes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::timestamp::Timestamp;

    fn note(second: i64) -> Note {
        Note {
            at: Timestamp::from_millis(second * 1_000),
            request_id: RequestId::default(),
            reason: "missing",
            needed: None,
            request: None,
            read_from: None,
            mistake: None,
            presented: None,
            address: None,
            user_agent: String::new(),
        }
    }

    fn seconds(keyless: &Keyless) -> Vec<i64> {
        keyless.0.lock().iter().map(|note| note.at.millis() / 1_000).collect()
    }

    #[test]
    fn what_was_not_written_waits_again_before_what_came_since() {
        let keyless = Keyless::default();
        keyless.note(note(1));
        let taken = keyless.take();
        keyless.note(note(2));
        assert_eq!(seconds(&keyless), [2]);
        drop(taken);
        assert_eq!(seconds(&keyless), [1, 2]);
        keyless.take().written();
        assert!(seconds(&keyless).is_empty());
    }

    #[test]
    fn no_more_wait_than_there_is_room_for() {
        let keyless = Keyless::default();
        for second in 0..2 * WAITING as i64 {
            keyless.note(note(second));
        }
        assert!(keyless.is_filling());
        let taken = keyless.take();
        assert!(!keyless.is_filling());
        keyless.note(note(-1));
        drop(taken);
        assert_eq!(seconds(&keyless).len(), WAITING);
    }
}
