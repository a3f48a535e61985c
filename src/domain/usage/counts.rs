//! What was counted of requests between two flushes, on its way to the database.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use super::client::Client;
use super::notes::{AT_ONCE, LONGEST_AGENT, Note, address_text, shortened};
use crate::model::ids::KeyId;
use crate::model::key::LastUse;
use crate::model::timestamp::Timestamp;
use crate::model::usage::ACCEPTED;
use crate::store::usage::Count;

/// Accepted requests of one key in one hour, on their way to the database.
#[derive(Clone, Debug)]
pub struct Pending {
    pub key: KeyId,
    pub accepted: u32,
    /// The last of them; all were in its hour.
    pub at: Timestamp,
    pub client: Arc<Client>,
}

/// Refused requests of one key, by hour and outcome.
pub type RefusedCounts = Vec<((i64, &'static str), i64)>;

/// What was counted between two flushes.
#[derive(Debug, Default)]
pub struct Batch {
    pub accepted: Vec<Pending>,
    pub refused: Vec<((KeyId, i64, &'static str), i64)>,
    pub notes: Vec<(KeyId, VecDeque<Note>)>,
}

impl Batch {
    /// Nothing yet, with room for so many keys.
    pub(super) fn with_room_for(keys: usize) -> Self {
        Self {
            accepted: Vec::with_capacity(keys),
            ..Self::default()
        }
    }

    /// Adds refused requests of some keys.
    pub fn add_refused(&mut self, refused: impl IntoIterator<Item = (KeyId, RefusedCounts)>) {
        for (key, counts) in refused {
            let counts = counts.into_iter();
            self.refused
                .extend(counts.map(|((hour, outcome), count)| ((key, hour, outcome), count)));
        }
    }

    /// In the order of keys, which is the order in which the database has them.
    pub(super) fn sort(&mut self) {
        self.accepted.sort_unstable_by_key(|one| one.key);
        self.refused.sort_unstable_by_key(|((key, ..), _)| *key);
        self.notes.sort_unstable_by_key(|(key, _)| *key);
    }

    /// Takes it apart: what is to be written at once, `most` at most, and so on.
    pub(super) fn into_parts(mut self, most: usize) -> impl Iterator<Item = Self> {
        std::iter::from_fn(move || self.take_part(most))
    }

    fn take_part(&mut self, most: usize) -> Option<Self> {
        let accepted = take_last(&mut self.accepted, most);
        let refused = take_last(&mut self.refused, most - accepted.len());
        let part = Self {
            notes: take_last(&mut self.notes, most - accepted.len() - refused.len()),
            accepted,
            refused,
        };
        (!part.is_empty()).then_some(part)
    }

    /// Takes out what is about one key, from what is in the order of keys.
    pub(super) fn take_of(&mut self, key: KeyId) -> Self {
        Self {
            accepted: take_equal(&mut self.accepted, &key, |one| &one.key),
            refused: take_equal(&mut self.refused, &key, |((of, ..), _)| of),
            notes: take_equal(&mut self.notes, &key, |(of, _)| of),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accepted.is_empty() && self.refused.is_empty() && self.notes.is_empty()
    }

    /// Makes one of what is about the same key (and hour and outcome). Of the refusals of a key the last stay.
    pub(super) fn merge(&mut self) {
        self.accepted.sort_by_key(|one| (one.key, one.at));
        self.accepted.dedup_by(|later, one| {
            let same = (later.key, later.at.hour()) == (one.key, one.at.hour());
            if same {
                later.accepted = later.accepted.saturating_add(one.accepted);
                std::mem::swap(later, one);
            }
            same
        });
        add_up(&mut self.refused);
        // Stable: what was noted first comes first.
        self.notes.sort_by_key(|(key, _)| *key);
        self.notes.dedup_by(|(later, more), (key, notes)| {
            let same = later == key;
            if same {
                notes.append(more);
                notes.drain(..notes.len().saturating_sub(AT_ONCE));
            }
            same
        });
    }

    /// Adds what somebody else has, behind what is here; the order is lost.
    pub(super) fn add(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        self.accepted.extend(other.accepted);
        self.refused.extend(other.refused);
        self.notes.extend(other.notes);
    }

    /// Those of one hour and outcome one behind the other, in the order of keys.
    pub(super) fn counts(&self) -> Vec<Count> {
        let accepted = self
            .accepted
            .iter()
            .map(|one| ((one.at.hour(), ACCEPTED, one.key), i64::from(one.accepted)));
        let refused = self.refused.iter();
        let refused = refused.map(|&((key, hour, outcome), count)| ((hour, outcome, key), count));
        let mut counts: Vec<_> = accepted.chain(refused).collect();
        // Statements are in one order too: two nodes that flush the same keys must not wait for each other in a circle.
        // One row a statement may be met once.
        add_up(&mut counts);
        let count = |((hour, outcome, key), count): ((i64, &'static str, KeyId), i64)| Count {
            key,
            hour,
            outcome: Cow::Borrowed(outcome),
            route: Cow::Borrowed(""),
            count,
        };
        counts.into_iter().map(count).collect()
    }

    pub(super) fn last_uses(&self) -> Vec<(KeyId, LastUse)> {
        let mut latest: Vec<&Pending> = self.accepted.iter().collect();
        latest.sort_unstable_by_key(|one| (one.key, std::cmp::Reverse(one.at)));
        latest.dedup_by_key(|one| one.key);
        let last_use = |one: &Pending| LastUse {
            at: one.at,
            address: address_text(one.client.address),
            user_agent: shortened(&one.client.user_agent, LONGEST_AGENT),
        };
        latest.into_iter().map(|one| (one.key, last_use(one))).collect()
    }
}

/// Sorts, and makes one of what counts the same.
fn add_up<What: Ord + Copy>(counts: &mut Vec<(What, i64)>) {
    counts.sort_unstable_by_key(|(what, _)| *what);
    counts.dedup_by(|(later, more), (what, count)| {
        let same = later == what;
        if same {
            *count += *more;
        }
        same
    });
}

fn take_equal<T>(from: &mut Vec<T>, key: &KeyId, key_of: impl Fn(&T) -> &KeyId) -> Vec<T> {
    if !from
        .first()
        .zip(from.last())
        .is_some_and(|(first, last)| (key_of(first)..=key_of(last)).contains(&key))
    {
        // The usual case, seen at once: there may be hundreds of parts to look through.
        return Vec::new();
    }
    let first = from.partition_point(|one| key_of(one) < key);
    let end = from.partition_point(|one| key_of(one) <= key);
    from.drain(first..end).collect()
}

fn take_last<T>(from: &mut Vec<T>, most: usize) -> Vec<T> {
    from.drain(from.len().saturating_sub(most)..).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request_id::RequestId;

    #[test]
    fn what_could_not_be_written_does_not_grow_with_each_attempt() {
        let key = |number| KeyId(uuid::Uuid::from_u128(number));
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let pending = |number, second, agent: &str| Pending {
            key: key(number),
            accepted: 2,
            at: at(second),
            client: Arc::new(Client {
                address: None,
                user_agent: agent.into(),
            }),
        };
        let note = |second| Note {
            at: at(second),
            request_id: RequestId::default(),
            reason: "expired",
            needed: None,
            request: None,
            read_from: None,
            mistake: None,
            presented: None,
            address: None,
            user_agent: String::new(),
        };
        let mut left = Batch::default();
        for attempt in 0..10 {
            left.add(Batch {
                accepted: vec![
                    pending(1, 9 - attempt, "old"),
                    pending(2, attempt, "any"),
                    pending(1, 4_000, "new"),
                ],
                refused: vec![((key(1), 0, "expired"), 3), ((key(1), 1, "expired"), 1)],
                notes: vec![(key(1), (0..20).map(|second| note(attempt * 20 + second)).collect())],
            });
            left.merge();
        }
        let accepted: Vec<_> = left
            .accepted
            .iter()
            .map(|one| (one.key.0.as_u128(), one.at, one.accepted))
            .collect();
        assert_eq!(accepted, [(1, at(9), 20), (1, at(4_000), 20), (2, at(9), 20)]);
        assert_eq!(
            left.refused,
            [((key(1), 0, "expired"), 30), ((key(1), 1, "expired"), 10)]
        );
        let noted: Vec<_> = left.notes[0].1.iter().map(|note| note.at).collect();
        assert_eq!(noted, (150..200).map(at).collect::<Vec<_>>());
        assert_eq!(left.notes.len(), 1);
    }

    /// Keys that were counted as accepted, as refused, and noted.
    fn batch(accepted: &[u128], refused: &[u128], noted: &[u128]) -> Batch {
        let key = |number: &u128| KeyId(uuid::Uuid::from_u128(*number));
        let pending = |number| Pending {
            key: key(number),
            accepted: 1,
            at: Timestamp::default(),
            client: Arc::default(),
        };
        let mut batch = Batch {
            accepted: accepted.iter().map(pending).collect(),
            refused: refused.iter().map(|number| ((key(number), 1, "expired"), 1)).collect(),
            notes: noted.iter().map(|number| (key(number), VecDeque::new())).collect(),
        };
        batch.sort();
        batch
    }

    fn keys(batch: &Batch) -> [Vec<u128>; 3] {
        let accepted = batch.accepted.iter().map(|one| one.key.0.as_u128());
        let refused = batch.refused.iter().map(|((key, ..), _)| key.0.as_u128());
        let notes = batch.notes.iter().map(|(key, _)| key.0.as_u128());
        [accepted.collect(), refused.collect(), notes.collect()]
    }

    #[test]
    fn what_is_taken_of_one_key_is_its_own() {
        let all = || batch(&[2, 5, 3, 2, 9], &[2, 2, 4], &[1, 2]);
        let take = |number| {
            let mut rest = all();
            let taken = rest.take_of(KeyId(uuid::Uuid::from_u128(number)));
            (keys(&taken), keys(&rest))
        };
        let of_two = [vec![2, 2], vec![2, 2], vec![2]];
        assert_eq!(take(2), (of_two, [vec![3, 5, 9], vec![4], vec![1]]));
        assert_eq!(take(9).0, [vec![9], vec![], vec![]]);
        assert_eq!(take(4).0, [vec![], vec![4], vec![]]);
        assert_eq!(take(6), ([vec![], vec![], vec![]], keys(&all())));
    }

    #[test]
    fn parts_hold_everything_once() {
        let parts = batch(&[5, 3, 4, 1, 2], &[3, 6], &[6]).into_parts(3);
        let parts: Vec<_> = parts.map(|part| keys(&part)).collect();
        assert_eq!(
            parts,
            [
                [vec![3, 4, 5], vec![], vec![]],
                [vec![1, 2], vec![6], vec![]],
                [vec![], vec![3], vec![6]]
            ]
        );
    }
}
