//! A part of the map: records, and what is counted about their keys until it is written down. All of it is behind one lock,
//! held for the time of one verdict and never across an await; so limits and counters are exact without more ado.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::RandomState;
use std::sync::Arc;

use super::index::Index;
use super::record::Record;
use super::room::Room;
use super::slab::Slab;
use crate::domain::usage::client::{LastClient, Source};
use crate::domain::usage::counted::Counted;
use crate::domain::usage::counts::{Batch, RefusedCounts};
use crate::domain::usage::notes::{AT_ONCE, Note};
use crate::domain::usage::pending::Pending;
use crate::domain::usage::ways::Ways;
use crate::domain::verify::limits::Limits;
use crate::model::ids::KeyId;
use crate::model::rate::Recent;
use crate::model::request_id::RequestId;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Refusal;
use crate::store::keys::Digested;

/// What was let through lately, by key and number of the limit.
pub(in crate::domain::verify) type Recents = HashMap<(KeyId, usize), Recent>;

/// Of how many keys refusals are remembered one by one between two flushes; beyond that they are only counted.
const NOTED_KEYS: usize = 256;

#[derive(Debug)]
pub(super) struct Shard {
    slab: Slab,
    /// From digests to positions in the slab.
    index: Index,
    room: Arc<Room>,
    /// Where eviction looks next.
    hand: usize,
    /// Grows with every key that is forgotten: what was read from the database before is not taken after.
    pub(super) generation: u64,
    /// What was let through lately, where no record remembers it.
    pub(super) recents: Recents,
    /// Where records stand that have counted something since the last flush, and maybe others.
    counted: Vec<u32>,
    /// What was counted where no record does: of keys that have none, and of hours that are over.
    pending: Vec<Pending>,
    /// What was accepted in more ways than a record tells apart.
    ways: HashMap<KeyId, Ways>,
    refused: HashMap<KeyId, RefusedCounts>,
    notes: HashMap<KeyId, VecDeque<Note>>,
    /// Digests of service tokens that were found good.
    tokens: HashSet<[u8; 32]>,
    last_client: LastClient,
    /// Of clients.
    hasher: RandomState,
}

/// What was counted in maps, because few keys have any of it between two flushes.
#[derive(Debug)]
pub(super) struct Seldom {
    pub(super) ways: HashMap<KeyId, Ways>,
    pub(super) refused: HashMap<KeyId, RefusedCounts>,
    pub(super) notes: HashMap<KeyId, VecDeque<Note>>,
}

impl Shard {
    pub(super) fn new(room: Arc<Room>) -> Self {
        Self {
            slab: Slab::default(),
            index: Index::new(),
            room,
            hand: 0,
            generation: 0,
            recents: HashMap::new(),
            counted: Vec::new(),
            pending: Vec::new(),
            ways: HashMap::new(),
            refused: HashMap::new(),
            notes: HashMap::new(),
            tokens: HashSet::new(),
            last_client: LastClient::default(),
            hasher: RandomState::new(),
        }
    }

    /// How many records there are.
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn position(&self, digest: &[u8; 32]) -> Option<usize> {
        let is_it = |position| self.slab.get(position).is_some_and(|record| record.is_for(digest));
        self.index.find(digest, is_it)
    }

    /// Asks memory for where the search for a digest begins.
    pub(super) fn fetch(&self, digest: &[u8; 32]) {
        self.index.fetch(digest);
    }

    /// Asks memory for the record that will be found.
    pub(super) fn fetch_record(&self, digest: &[u8; 32]) {
        if let Some(position) = self.index.guess(digest) {
            self.slab.fetch(position);
        }
    }

    pub(super) fn knows_token(&self, digest: &[u8; 32]) -> bool {
        self.tokens.contains(digest)
    }

    pub(super) fn keep_token(&mut self, digest: &[u8; 32]) {
        self.tokens.insert(*digest);
    }

    /// The record at a position, and beside it what else a verdict changes.
    pub(super) fn record(&mut self, position: usize) -> Option<(&mut Record, &mut Recents)> {
        Some((self.slab.get_mut(position)?, &mut self.recents))
    }

    /// Asks memory for everything else that a verdict on the key at a position will look at or change.
    pub(super) fn fetch_rest(&self, position: usize) {
        if let Some(record) = self.slab.get(position) {
            record.fetch_rest();
        }
    }

    /// Puts a record in, unless what is there must stay.
    pub(super) fn insert(&mut self, digest: &[u8; 32], mut record: Record, limits: &Limits) {
        if let Some(position) = self.position(digest) {
            if let Some(known) = self.slab.get_mut(position)
                && record.replaces(known)
            {
                record.recent = std::mem::take(&mut known.recent);
                record.counted = std::mem::take(&mut known.counted);
                *known = record;
            }
            return;
        }
        self.adopt(&mut record, limits);
        self.room.take();
        while self.room.is_exceeded() && self.evict(limits) {}
        let position = self.slab.insert(record);
        self.index.insert(digest, position);
    }

    /// Forgets a key, and refuses whatever was read of any key before now. What it was let through stays counted.
    pub(super) fn forget(&mut self, digest: &[u8; 32], limits: &Limits) {
        self.generation += 1;
        self.tokens.remove(digest);
        if let Some(position) = self.position(digest) {
            self.remove(position, limits);
        }
    }

    pub(super) fn forget_all(&mut self, limits: &Limits) {
        self.generation += 1;
        self.tokens.clear();
        for position in 0..self.slab.end() {
            self.remove(position, limits);
        }
    }

    fn remove(&mut self, position: usize, limits: &Limits) {
        let Some(mut record) = self.slab.remove(position) else {
            return;
        };
        self.room.give_back();
        self.index.remove(record.beginning(), position);
        self.part(&mut record, limits);
    }

    /// The clock (second chance) algorithm: whatever was not asked for since the hand last came by has to go. Where nothing is,
    /// nothing goes.
    fn evict(&mut self, limits: &Limits) -> bool {
        for _ in 0..=2 * self.slab.end() {
            self.hand = (self.hand + 1) % self.slab.end().max(1);
            match self.slab.get_mut(self.hand) {
                Some(record) if record.touched => record.touched = false,
                Some(_) => {
                    self.remove(self.hand, limits);
                    return true;
                }
                None => {}
            }
        }
        false
    }

    /// Takes over what was remembered for a key that had no record.
    pub(super) fn adopt(&mut self, record: &mut Record, limits: &Limits) {
        if let Some(number) = limits.in_record()
            && let Some(recent) = self.recents.remove(&(record.id, number))
        {
            record.recent = recent;
        }
    }

    /// Remembers for a key that will have no record any more.
    pub(super) fn part(&mut self, record: &mut Record, limits: &Limits) {
        let recent = std::mem::take(&mut record.recent);
        if let Some(number) = limits.in_record()
            && recent != Recent::default()
        {
            self.recents.insert((record.id, number), recent);
        }
        self.pending.extend(record.counted.take(record.id));
    }

    /// Counts a request that was let through.
    pub(super) fn accepted(&mut self, position: Option<usize>, key: KeyId, source: &Source<'_>, now: Timestamp) {
        let last = &mut self.last_client;
        let place = position.and_then(|position| Some((position, self.slab.get_mut(position)?)));
        let Some((position, record)) = place else {
            let mut counted = Counted::default();
            counted.add(key, source, now, last);
            self.pending.extend(counted.take(key));
            return;
        };
        if record.counted.is_empty() {
            self.counted.push(position as u32);
        }
        if record.counted.is_of_another(source, now) {
            let ways = self.ways.entry(key).or_default();
            return ways.add_one(&self.hasher, source, now, last);
        }
        let over = record.counted.add(key, source, now, last);
        self.pending.extend(over.pending);
        if let Some(way) = over.way {
            self.ways.entry(key).or_default().add(&self.hasher, way);
        }
    }

    /// Counts a request that was refused, and remembers it by itself.
    pub(super) fn refused(&mut self, key: KeyId, refusal: &Refusal, note: impl FnOnce() -> Note, now: Timestamp) {
        add_to(self.refused.entry(key).or_default(), (now.hour(), refusal.into()), 1);
        if self.notes.len() >= NOTED_KEYS && !self.notes.contains_key(&key) {
            return;
        }
        let notes = self.notes.entry(key).or_default();
        if notes.len() == AT_ONCE {
            notes.pop_front();
        }
        notes.push_back(note());
    }

    /// The key of which a refused request of this name is remembered.
    pub(super) fn noted(&self, id: &RequestId) -> Option<KeyId> {
        let mut notes = self.notes.iter();
        let found = notes.find(|(_, notes)| notes.iter().any(|note| note.request_id() == id));
        found.map(|(key, _)| *key)
    }

    /// How many keys wait for the next flush, or a few more: a place may have had two of them.
    pub(super) fn waiting(&self) -> usize {
        self.counted.len() + self.pending.len() + self.refused.len()
    }

    /// Hands over what was counted since the last time: into a list that has room for [`Shard::waiting`], so that nobody waits for
    /// more than it takes; what comes back, with its memory: it is as large as it was at the worst moment.
    pub(super) fn take(&mut self, accepted: &mut Vec<Pending>) -> Seldom {
        let mut counted = std::mem::take(&mut self.counted);
        // As they stand in memory: others wait meanwhile.
        counted.sort_unstable();
        for position in counted {
            if let Some(record) = self.slab.get_mut(position as usize) {
                accepted.extend(record.counted.take(record.id));
            }
        }
        accepted.extend(std::mem::take(&mut self.pending));
        Seldom {
            ways: std::mem::take(&mut self.ways),
            refused: std::mem::take(&mut self.refused),
            notes: std::mem::take(&mut self.notes),
        }
    }

    /// Hands over what was counted of these keys since the last time: all of this shard that are wanted.
    pub(super) fn take_of(&mut self, keys: &[Digested], is_wanted: impl Fn(&KeyId) -> bool, batch: &mut Batch) {
        for (key, digest) in keys {
            let record = self.position(digest).and_then(|position| self.slab.get_mut(position));
            // Its position stays among those that have counted: it may count again, and stand there twice.
            batch
                .accepted
                .extend(record.and_then(|record| record.counted.take(record.id)));
            batch.add_ways(self.ways.remove_entry(key));
            batch.add_refused(self.refused.remove_entry(key));
            batch.notes.extend(self.notes.remove_entry(key));
        }
        // Once for all of them: it may be long, and verdicts wait.
        batch
            .accepted
            .extend(self.pending.extract_if(.., |pending| is_wanted(&pending.key)));
    }

    /// Lets go of what was let through so long ago that it counts no more.
    pub(super) fn sweep(&mut self, limits: &Limits, now: Timestamp) {
        self.recents.retain(|(_, number), recent| {
            let rate = limits.rate(*number);
            rate.is_some_and(|rate| !recent.is_idle(rate, now))
        });
        if let Some(rate) = limits.in_record().and_then(|number| limits.rate(number)) {
            for record in self.slab.iter_mut() {
                record.recent.is_idle(rate, now);
            }
        }
    }
}

/// Counts more of what may be counted already: there are few that are counted apart.
fn add_to<What: PartialEq>(counts: &mut Vec<(What, i64)>, of: What, more: i64) {
    match counts.iter_mut().find(|(known, _)| *known == of) {
        Some((_, count)) => *count += more,
        None => counts.push((of, more)),
    }
}
