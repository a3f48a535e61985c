//! What was counted of requests between two flushes, on its way to the database.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::hash::RandomState;
use std::sync::Arc;

use super::client::Client;
use super::notes::{AT_ONCE, LONGEST_AGENT, Note, address_text, shortened};
use super::pending::Pending;
use super::ways::{Way, Ways};
use crate::model::ids::KeyId;
use crate::model::key::LastUse;
use crate::model::timestamp::Timestamp;
use crate::model::usage::ACCEPTED;
use crate::model::verdict::Refusal;
use crate::profile::RouteNumber;
use crate::store::usage::Count;

/// Refused requests of one key, by hour and reason.
pub type RefusedCounts = Vec<((i64, Why), i64)>;

/// Why requests were refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Why {
    /// See [`Refusal::reason`].
    pub reason: &'static str,
    /// The limit that had no room; empty, where it was something else.
    pub limit: Box<str>,
}

impl From<&Refusal> for Why {
    fn from(refusal: &Refusal) -> Self {
        let limit = match refusal {
            Refusal::RateLimited(exceeded) => exceeded.limit.as_str().into(),
            _ => Box::default(),
        };
        Self {
            reason: refusal.reason(),
            limit,
        }
    }
}

/// What was counted between two flushes.
#[derive(Debug, Default)]
pub struct Batch {
    pub accepted: Vec<Pending>,
    pub ways: Vec<(KeyId, Way)>,
    pub refused: Vec<((KeyId, i64, Why), i64)>,
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
    pub fn add_ways(&mut self, ways: impl IntoIterator<Item = (KeyId, Ways)>) {
        for (key, ways) in ways {
            self.ways.extend(ways.into_ways().into_iter().map(|way| (key, way)));
        }
    }

    /// Adds refused requests of some keys.
    pub fn add_refused(&mut self, refused: impl IntoIterator<Item = (KeyId, RefusedCounts)>) {
        for (key, counts) in refused {
            let counts = counts.into_iter();
            self.refused
                .extend(counts.map(|((hour, why), count)| ((key, hour, why), count)));
        }
    }

    /// In the order of keys, which is the order in which the database has them.
    pub(super) fn sort(&mut self) {
        self.accepted.sort_unstable_by_key(|one| one.key);
        self.ways.sort_unstable_by_key(|(key, _)| *key);
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
        for one in self.ways {
            hours.entry(one.1.last.hour()).or_default().ways.push(one);
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
        let ways = take_last(&mut self.ways, &mut room);
        let refused = take_last(&mut self.refused, &mut room);
        let part = Self {
            notes: take_last(&mut self.notes, &mut room),
            accepted,
            ways,
            refused,
        };
        (!part.is_empty()).then_some(part)
    }

    /// Takes out what is about one key, from what is in the order of keys.
    pub(super) fn take_of(&mut self, key: KeyId) -> Self {
        Self {
            accepted: take_equal(&mut self.accepted, &key, |one| &one.key),
            ways: take_equal(&mut self.ways, &key, |(of, _)| of),
            refused: take_equal(&mut self.refused, &key, |((of, ..), _)| of),
            notes: take_equal(&mut self.notes, &key, |(of, _)| of),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.accepted.is_empty() && self.ways.is_empty() && self.refused.is_empty() && self.notes.is_empty()
    }

    /// Makes one of what is about the same key (and hour and outcome). Of the refusals of a key the last stay.
    pub(super) fn merge(&mut self) {
        self.accepted.sort_by_key(|one| (one.key, one.at));
        let ways = &mut self.ways;
        self.accepted.dedup_by(|later, one| {
            let same = (later.key, later.at.hour()) == (one.key, one.at.hour());
            if same {
                let over = if later.client == one.client {
                    later.routes.merge(one.routes)
                } else {
                    one.routes.each()
                };
                let way = |(route, count): (_, u32)| Way {
                    route,
                    client: Some(Arc::clone(&one.client)),
                    count: i64::from(count),
                    last: one.at,
                };
                let over = over.into_iter().filter(|(_, count)| *count > 0);
                ways.extend(over.map(|over| (one.key, way(over))));
                std::mem::swap(later, one);
            }
            same
        });
        self.merge_ways();
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

    /// Of one key no more are told apart than at first.
    fn merge_ways(&mut self) {
        let hasher = RandomState::new();
        let mut merged: BTreeMap<KeyId, Ways> = BTreeMap::new();
        for (key, way) in std::mem::take(&mut self.ways) {
            merged.entry(key).or_default().add(&hasher, way);
        }
        self.add_ways(merged);
    }

    /// Adds what somebody else has, behind what is here; the order is lost.
    pub(super) fn add(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
            return;
        }
        self.accepted.extend(other.accepted);
        self.ways.extend(other.ways);
        self.refused.extend(other.refused);
        self.notes.extend(other.notes);
    }

    /// Those of one hour, outcome and route or limit one behind the other, in the order of keys. `names` are those of routes.
    pub(super) fn counts(&self, names: &[Arc<str>]) -> Vec<Count> {
        let accepted = self.all_ways();
        let accepted = accepted.map(|(key, way)| ((way.last.hour(), ACCEPTED, "", way.route, key), way.count));
        let refused = self.refused.iter();
        let refused = refused.map(|((key, hour, why), count)| {
            let Why { reason, limit } = why;
            ((*hour, *reason, &**limit, RouteNumber::NONE, *key), *count)
        });
        let mut counts: Vec<_> = accepted.chain(refused).collect();
        // Statements are in one order too: two nodes that flush the same keys must not wait for each other in a circle.
        // One row a statement may be met once.
        add_up(&mut counts);
        let nothing: Arc<str> = "".into();
        let counts = counts
            .into_iter()
            .map(|((hour, outcome, limit, route, key), count)| Count {
                key,
                hour,
                outcome: Cow::Borrowed(outcome),
                of: match route.of(names) {
                    Some(name) => Arc::clone(name),
                    None if limit.is_empty() => Arc::clone(&nothing),
                    None => limit.into(),
                },
                count,
            });
        counts.collect()
    }

    /// Accepted requests of one key, hour, route and client, where it is known; some may be alike.
    pub(super) fn all_ways(&self) -> impl Iterator<Item = (KeyId, Way)> {
        let accepted = self.accepted.iter().flat_map(|one| {
            let each = one.routes.each().into_iter().filter(|(_, count)| *count > 0);
            each.map(|(route, count)| {
                let way = Way {
                    route,
                    client: Some(Arc::clone(&one.client)),
                    count: i64::from(count),
                    last: one.at,
                };
                (one.key, way)
            })
        });
        accepted.chain(self.ways.iter().cloned())
    }

    pub(super) fn last_uses(&self) -> Vec<(KeyId, LastUse)> {
        let accepted = self.accepted.iter().map(|one| (one.key, one.at, &one.client));
        let ways = self.ways.iter();
        let ways = ways.filter_map(|(key, way)| Some((*key, way.last, way.client.as_ref()?)));
        let mut latest: Vec<_> = accepted.chain(ways).collect();
        latest.sort_unstable_by_key(|(key, at, _)| (*key, std::cmp::Reverse(*at)));
        latest.dedup_by_key(|(key, ..)| *key);
        let last_use = |(key, at, client): (KeyId, Timestamp, &Arc<Client>)| {
            let last_use = LastUse {
                at,
                address: address_text(client.address),
                user_agent: shortened(&client.user_agent, LONGEST_AGENT),
            };
            (key, last_use)
        };
        latest.into_iter().map(last_use).collect()
    }
}

/// Sorts, and makes one of what counts the same.
fn add_up<What: Ord>(counts: &mut Vec<(What, i64)>) {
    counts.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
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
mod tests;
