//! Refused requests that came without a key of ours. Anybody can send as many of them as they like, so of each address only
//! some are noted one by one; all are counted.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;

use parking_lot::Mutex;

use super::notes::Note;
use crate::model::request_id::RequestId;
use crate::model::timestamp::Timestamp;

/// How many wait to be written at most.
const WAITING: usize = 4_096;

/// Addresses share so many allowances: a flood from one hides few others.
const ALLOWANCES: usize = 1_024;

/// How many may be noted at once …
const AT_ONCE: u32 = 100;

/// … and in which time there is room for one more, in milliseconds.
const ROOM_FOR_ONE: i64 = 20_000;

/// What is noted of requests without a key.
#[derive(Debug)]
pub struct Keyless {
    noted: Mutex<Noted>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Noted {
    waiting: VecDeque<Note>,
    allowances: Vec<Allowance>,
}

/// How many notes an address has left.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    left: u32,
    /// Up to when room was given back.
    since: Timestamp,
}

impl Default for Keyless {
    fn default() -> Self {
        let full = Allowance {
            left: AT_ONCE,
            since: Timestamp::default(),
        };
        Self {
            noted: Mutex::new(Noted {
                waiting: VecDeque::new(),
                allowances: vec![full; ALLOWANCES],
            }),
            hasher: RandomState::new(),
        }
    }
}

impl Allowance {
    fn take(&mut self, now: Timestamp) -> bool {
        let given_back = (now.millis() - self.since.millis()).div_euclid(ROOM_FOR_ONE);
        if given_back >= i64::from(AT_ONCE - self.left) {
            *self = Self {
                left: AT_ONCE,
                since: now,
            };
        } else if given_back > 0 {
            self.left += u32::try_from(given_back).unwrap_or_default();
            self.since = self.since.plus(given_back * ROOM_FOR_ONE);
        }
        let has_room = self.left > 0;
        self.left = self.left.saturating_sub(1);
        has_room
    }
}

impl Keyless {
    /// Notes a request, unless its address has had too many lately.
    pub fn note(&self, address: Option<IpAddr>, now: Timestamp, note: impl FnOnce() -> Note) {
        let place = usize::try_from(self.hasher.hash_one(address) % ALLOWANCES as u64).unwrap_or_default();
        let mut noted = self.noted.lock();
        if noted.waiting.len() < WAITING && noted.allowances[place].take(now) {
            let note = note();
            noted.waiting.push_back(note);
        }
    }

    /// Takes what waits to be written.
    pub(super) fn take(&self) -> VecDeque<Note> {
        std::mem::take(&mut self.noted.lock().waiting)
    }

    /// Takes back what could not be written.
    pub(super) fn put_back(&self, mut notes: VecDeque<Note>) {
        let mut noted = self.noted.lock();
        notes.append(&mut noted.waiting);
        notes.truncate(WAITING);
        noted.waiting = notes;
    }

    /// Whether a request of this name waits here.
    pub(super) fn has(&self, id: &RequestId) -> bool {
        self.noted.lock().waiting.iter().any(|note| note.request_id == *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + second * 1_000)
    }

    fn note(at: Timestamp) -> Note {
        Note {
            at,
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

    #[test]
    fn a_flood_is_noted_in_part_and_others_are_still_noted() {
        let keyless = Keyless::default();
        let flood = Some("203.0.113.7".parse().unwrap());
        for _ in 0..10_000 {
            keyless.note(flood, at(0), || note(at(0)));
        }
        assert_eq!(keyless.take().len(), AT_ONCE as usize);
        // A minute later there is room for three more.
        for _ in 0..10 {
            keyless.note(flood, at(60), || note(at(60)));
        }
        assert_eq!(keyless.take().len(), 3);
        let mut others = 0;
        for last in 0..20u8 {
            keyless.note(Some(IpAddr::from([198, 51, 100, last])), at(60), || note(at(60)));
            others += keyless.take().len();
        }
        assert!(others >= 19, "{others}");
        keyless.note(flood, at(86_400), || note(at(86_400)));
        assert_eq!(keyless.take().len(), 1);
    }

    #[test]
    fn what_could_not_be_written_stays_first() {
        let keyless = Keyless::default();
        keyless.note(None, at(1), || note(at(1)));
        let taken = keyless.take();
        keyless.note(None, at(2), || note(at(2)));
        keyless.put_back(taken);
        let times: Vec<_> = keyless.take().into_iter().map(|note| note.at).collect();
        assert_eq!(times, [at(1), at(2)]);
    }
}
