//! What was counted of requests between two flushes, on its way to the database.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::notes::{AT_ONCE, LONGEST_AGENT, Note, address_text, shortened};
use super::pending::{Pending, Spilled};
use crate::model::ids::KeyId;
use crate::model::key::LastUse;
use crate::model::usage::ACCEPTED;
use crate::profile::RouteNumber;
use crate::store::usage::Count;

/// Refused requests of one key, by hour and outcome.
pub type RefusedCounts = Vec<((i64, &'static str), i64)>;

/// What was counted between two flushes.
#[derive(Debug, Default)]
pub struct Batch {
    pub accepted: Vec<Pending>,
    pub spilled: Vec<((KeyId, i64, RouteNumber), i64)>,
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

    /// Adds requests that were accepted elsewhere than in the records of their keys.
    pub fn add_spilled(&mut self, spilled: impl IntoIterator<Item = (KeyId, Vec<Spilled>)>) {
        for (key, counts) in spilled {
            let counts = counts.into_iter();
            self.spilled
                .extend(counts.map(|((hour, route), count)| ((key, hour, route), count)));
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
        self.spilled.sort_unstable_by_key(|((key, ..), _)| *key);
        self.refused.sort_unstable_by_key(|((key, ..), _)| *key);
        self.notes.sort_unstable_by_key(|(key, _)| *key);
    }

    /// Takes it apart: what is to be written at once, `most` at most, and so on.
    ///
    /// No part has two hours: rows of the database are days, and two nodes that wrote several hours of the same days in one transaction would
    /// wait for each other in a circle.
    pub(super) fn into_parts(self, most: usize) -> impl Iterator<Item = Self> {
        let hours = self.by_hour().into_values();
        hours.flat_map(move |mut of_hour| std::iter::from_fn(move || of_hour.take_part(most)))
    }

    /// What was counted in each hour. The notes of a key stay together.
    fn by_hour(self) -> BTreeMap<i64, Self> {
        let mut hours: BTreeMap<i64, Self> = BTreeMap::new();
        for one in self.accepted {
            hours.entry(one.at.hour()).or_default().accepted.push(one);
        }
        for one in self.spilled {
            hours.entry(one.0.1).or_default().spilled.push(one);
        }
        for one in self.refused {
            hours.entry(one.0.1).or_default().refused.push(one);
        }
        for one in self.notes {
            let last = one.1.back().map_or(0, |note| note.at.hour());
            hours.entry(last).or_default().notes.push(one);
        }
        hours
    }

    fn take_part(&mut self, most: usize) -> Option<Self> {
        let mut room = most;
        let accepted = take_last(&mut self.accepted, &mut room);
        let spilled = take_last(&mut self.spilled, &mut room);
        let refused = take_last(&mut self.refused, &mut room);
        let part = Self {
            notes: take_last(&mut self.notes, &mut room),
            accepted,
            spilled,
            refused,
        };
        (!part.is_empty()).then_some(part)
    }

    /// Takes out what is about one key, from what is in the order of keys.
    pub(super) fn take_of(&mut self, key: KeyId) -> Self {
        Self {
            accepted: take_equal(&mut self.accepted, &key, |one| &one.key),
            spilled: take_equal(&mut self.spilled, &key, |((of, ..), _)| of),
            refused: take_equal(&mut self.refused, &key, |((of, ..), _)| of),
            notes: take_equal(&mut self.notes, &key, |(of, _)| of),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accepted.is_empty() && self.spilled.is_empty() && self.refused.is_empty() && self.notes.is_empty()
    }

    /// Makes one of what is about the same key (and hour and outcome). Of the refusals of a key the last stay.
    pub(super) fn merge(&mut self) {
        self.accepted.sort_by_key(|one| (one.key, one.at));
        let spilled = &mut self.spilled;
        self.accepted.dedup_by(|later, one| {
            let same = (later.key, later.at.hour()) == (one.key, one.at.hour());
            if same {
                let over = later
                    .routes
                    .merge(one.routes)
                    .into_iter()
                    .filter(|(_, count)| *count > 0);
                spilled.extend(over.map(|(route, count)| ((one.key, one.at.hour(), route), i64::from(count))));
                std::mem::swap(later, one);
            }
            same
        });
        add_up(&mut self.spilled);
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
        self.spilled.extend(other.spilled);
        self.refused.extend(other.refused);
        self.notes.extend(other.notes);
    }

    /// Those of one hour, outcome and route one behind the other, in the order of keys. `names` are those of routes.
    pub(super) fn counts(&self, names: &[Arc<str>]) -> Vec<Count> {
        let accepted = self.accepted.iter().flat_map(|one| {
            let each = one.routes.each().into_iter().filter(|(_, count)| *count > 0);
            each.map(|(route, count)| ((one.at.hour(), ACCEPTED, route, one.key), i64::from(count)))
        });
        let spilled = self.spilled.iter();
        let spilled = spilled.map(|&((key, hour, route), count)| ((hour, ACCEPTED, route, key), count));
        let refused = self.refused.iter();
        let refused = refused.map(|&((key, hour, outcome), count)| ((hour, outcome, RouteNumber::NONE, key), count));
        let mut counts: Vec<_> = accepted.chain(spilled).chain(refused).collect();
        // Statements are in one order too: two nodes that flush the same keys must not wait for each other in a circle.
        // One row a statement may be met once.
        add_up(&mut counts);
        let unnamed: Arc<str> = "".into();
        let count = |((hour, outcome, route, key), count): ((i64, &'static str, RouteNumber, KeyId), i64)| Count {
            key,
            hour,
            outcome: Cow::Borrowed(outcome),
            route: Arc::clone(route.of(names).unwrap_or(&unnamed)),
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

/// As many as there is room for, which is less by then.
fn take_last<T>(from: &mut Vec<T>, room: &mut usize) -> Vec<T> {
    let taken: Vec<T> = from.drain(from.len().saturating_sub(*room)..).collect();
    *room -= taken.len();
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::usage::client::Client;
    use crate::domain::usage::pending::Routes;
    use crate::model::request_id::RequestId;
    use crate::model::timestamp::Timestamp;

    #[test]
    fn what_could_not_be_written_does_not_grow_with_each_attempt() {
        let key = |number| KeyId(uuid::Uuid::from_u128(number));
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let pending = |number, second, agent: &str| Pending {
            key: key(number),
            at: at(second),
            client: Arc::new(Client {
                address: None,
                user_agent: agent.into(),
            }),
            routes: Routes::one(RouteNumber::at(second as usize % 3)),
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
                spilled: Vec::new(),
                refused: vec![((key(1), 0, "expired"), 3), ((key(1), 1, "expired"), 1)],
                notes: vec![(key(1), (0..20).map(|second| note(attempt * 20 + second)).collect())],
            });
            left.merge();
        }
        let accepted: Vec<_> = left
            .accepted
            .iter()
            .map(|one| (one.key.0.as_u128(), one.at, one.routes.accepted()))
            .collect();
        // Three routes in turn: two have room.
        assert_eq!(accepted, [(1, at(9), 7), (1, at(4_000), 10), (2, at(9), 2)]);
        let spilled = |number| left.spilled.iter().filter(move |((of, ..), _)| *of == key(number));
        let spilled = |number| spilled(number).map(|(_, count)| count).sum::<i64>();
        assert_eq!([spilled(1), spilled(2)], [3, 8]);
        let counts = left.counts(&RouteNumber::names(["a", "b", "c"].map(str::to_owned).into_iter()));
        let accepted = counts.iter().filter(|count| count.outcome == ACCEPTED);
        assert_eq!(accepted.map(|count| count.count).sum::<i64>(), 30);
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
            at: Timestamp::default(),
            client: Arc::default(),
            routes: Routes::one(RouteNumber::NONE),
        };
        let mut batch = Batch {
            accepted: accepted.iter().map(pending).collect(),
            spilled: Vec::new(),
            refused: refused.iter().map(|number| ((key(number), 0, "expired"), 1)).collect(),
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
    fn no_part_has_two_hours() {
        let hour = |hour: i64| Timestamp::from_millis(hour * 3_600_000);
        let pending = |number, at| Pending {
            key: KeyId(uuid::Uuid::from_u128(number)),
            at,
            client: Arc::default(),
            routes: Routes::one(RouteNumber::NONE),
        };
        let mut all = batch(&[], &[7], &[7]);
        all.accepted = vec![
            pending(1, hour(9)),
            pending(1, hour(10)),
            pending(2, hour(9)),
            pending(2, hour(10)),
        ];
        let parts: Vec<_> = all.into_parts(10).collect();
        let accepted: Vec<Vec<i64>> = parts
            .iter()
            .map(|part| part.accepted.iter().map(|one| one.at.hour()).collect())
            .collect();
        assert_eq!(accepted, [vec![], vec![9, 9], vec![10, 10]]);
        assert_eq!(parts[0].refused.len() + parts[0].notes.len(), 2);
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
