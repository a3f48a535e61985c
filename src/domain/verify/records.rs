//! The record map: keys in memory, so that a warm verdict costs a digest and a look-up.
//!
//! Why it is never stale is argued in docs/internals/freshness.md. In short: a record comes in only from a read of the database that
//! began after the last change of its part of the map ([`Ticket`]); a change is forgotten here between its commit and its
//! answer ([`Records::forget`]); and what other processes change is heard of while a lease lasts ([`lease::Lease`]),
//! without which nothing here is believed.

mod bearer;
mod counted;
mod index;
mod label;
pub mod lease;
pub mod outlook;
mod read;
mod record;
mod room;
mod settle;
mod shard;
mod shared;
mod slab;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

pub use label::DisplayPrefix;
pub use record::{Granted, Parts, Record};
pub use shared::{Named, Rights, Tenant};

use crate::domain::usage::client::Source;
use crate::domain::usage::notes::Note;
use crate::domain::verify::judge;
use crate::domain::verify::limits::{self, Limits, Memories};
use crate::domain::verify::question::Question;
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;
use crate::model::transport::Transport;
use crate::model::verdict::{Refusal, Refused, Verdict};
use crate::profile::{Matched, Profile};
use crate::store::changes::Subject;
use crate::store::verification::FoundKey;
use lease::Lease;
use room::Room;
use shard::{Recents, Shard};
use shared::Shared;

/// Parts of the map. More than there will be workers, so that two seldom meet.
const SHARDS: usize = 64;

/// The map.
#[derive(Debug)]
pub struct Records {
    shards: Box<[Part]>,
    shared: Shared,
    limits: Limits,
    /// Whether this process hears of what others change.
    pub lease: Lease,
    /// How often something was forgotten.
    forgotten: AtomicU64,
}

/// How old memory is. What was found in it holds until it is older: until something, whatever it is, is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age(u64);

/// A part of the map, on cache lines of its own (processors fetch them in pairs): its lock is written to for every request, and
/// must not take along what other parts have.
#[derive(Debug)]
#[repr(align(128))]
struct Part(Mutex<Shard>);

/// Permission to bring in what is read from the database from now on, as long as nothing changes meanwhile.
#[derive(Clone, Copy, Debug)]
pub struct Ticket {
    shard: u64,
    shared: u64,
}

impl Records {
    /// An empty map for at most `capacity` keys.
    pub fn new(profile: &Profile, capacity: usize) -> Self {
        let room = Arc::new(Room::for_records(capacity));
        let shards = (0..SHARDS).map(|_| Part(Mutex::new(Shard::new(Arc::clone(&room)))));
        Self {
            shards: shards.collect(),
            shared: Shared::default(),
            limits: Limits::of(profile),
            lease: Lease::default(),
            forgotten: AtomicU64::default(),
        }
    }

    fn shard(&self, digest: &[u8; 32]) -> &Mutex<Shard> {
        &self.shards[Self::number(digest)].0
    }

    /// Which shard a digest is in.
    fn number(digest: &[u8; 32]) -> usize {
        // The end of the digest: the beginning is what places it within the shard.
        usize::from(digest[31]) % SHARDS
    }

    /// Asks memory for where the search for a key begins.
    pub fn fetch(&self, digest: &[u8; 32]) {
        self.shard(digest).lock().fetch(digest);
    }

    /// The verdict on a key that is in memory. `answer` is called under the shard's lock: it writes, and does nothing else. What
    /// it wrote is thrown away when a limit has no room.
    ///
    /// The order is that of the contract; but each piece of memory is asked for before something else is done, and read after it.
    /// (The first by [`Records::fetch`], if whoever asks has something else to do.)
    pub fn ask<T>(
        &self,
        profile: &Profile,
        digest: &[u8; 32],
        question: &Question<'_>,
        now: impl FnOnce() -> Timestamp,
        answer: impl FnOnce(&Granted<'_>) -> T,
    ) -> Option<Verdict<T>> {
        let mut shard = self.shard(digest).lock();
        shard.fetch_record(digest);
        if !self.lease.is_valid() {
            return None;
        }
        let now = now();
        let position = shard.position(digest)?;
        shard.fetch_rest(position);
        let matched = judge::matched(profile, question);
        let (record, _) = shard.record(position)?;
        if !record.tenant.is_current() {
            return None;
        }
        if question.transport == Transport::Plain && !record.is_past_harm(&profile.key_types) {
            // It has to be marked, which takes the database.
            return None;
        }
        if !record.touched {
            // Written only when it changes: what is only read, processors can have at the same time.
            record.touched = true;
        }
        let key = record.id;
        let decided = match permitted(profile, record, question, matched, now) {
            Ok(matched) => {
                let (record, recents) = shard.record(position)?;
                let answer = answer(&record.granted(&profile.key_types));
                within_limits(&self.limits, record, recents, question, &matched, now).map(|()| (answer, matched))
            }
            // It works again, or has been written down to: nothing is counted, and the key is read.
            Err(Refusal::Disabled) if record.is_over(now) => return None,
            Err(refusal) => Err(refusal),
        };
        Some(count(&mut shard, Some(position), key, profile, question, now, decided))
    }

    /// The verdict on a key that was just read from the database and may not be kept.
    pub fn ask_once<T>(
        &self,
        profile: &Profile,
        digest: &[u8; 32],
        found: &FoundKey,
        question: &Question<'_>,
        now: Timestamp,
        answer: impl FnOnce(&Granted<'_>) -> T,
    ) -> Verdict<T> {
        let tenant = self.shared.passing_tenant(found, &self.limits);
        let mut record = self.record(profile, digest, found, tenant, now);
        let mut shard = self.shard(digest).lock();
        // A record of the key may stand here all the same: what it was let through counts.
        let position = shard.position(digest);
        if let Some((known, _)) = position.and_then(|position| shard.record(position)) {
            record.recent = std::mem::take(&mut known.recent);
        } else {
            shard.adopt(&mut record, &self.limits);
        }
        let decided = decide(&self.limits, profile, &mut record, &mut shard.recents, question, now);
        if let Some((known, _)) = position.and_then(|position| shard.record(position)) {
            known.recent = std::mem::take(&mut record.recent);
        } else {
            shard.part(&mut record, &self.limits);
        }
        let verdict = count(&mut shard, None, record.id, profile, question, now, decided);
        verdict.map(|()| answer(&record.granted(&profile.key_types)))
    }

    /// Before reading: what is read after this may be kept, if nothing changes before it is.
    pub fn ticket(&self, digest: &[u8; 32]) -> Ticket {
        Ticket {
            shard: self.shard(digest).lock().generation,
            shared: self.shared.generation(),
        }
    }

    /// How old memory is now; nothing, when it may not be believed.
    pub fn age(&self) -> Option<Age> {
        let is_believed = self.lease.is_valid();
        is_believed.then(|| Age(self.forgotten.load(Ordering::Acquire)))
    }

    /// If this is the digest of a service token that was found good: until when that holds.
    pub fn knows_token(&self, digest: &[u8; 32]) -> Option<Age> {
        // First, so that what is forgotten from here on makes what is found too old.
        let age = self.age()?;
        self.shard(digest).lock().knows_token(digest).then_some(age)
    }

    /// Keeps a service token that was found good, unless something has changed since the ticket was taken.
    pub fn keep_token(&self, digest: &[u8; 32], ticket: Ticket) {
        let mut shard = self.shard(digest).lock();
        if shard.generation == ticket.shard {
            shard.keep_token(digest);
        }
    }

    /// Forgets what has changed: from here on it is read from the database again.
    pub fn forget(&self, subject: &Subject) {
        match subject {
            Subject::Digest(digest) => self.shard(digest).lock().forget(digest, &self.limits),
            Subject::Workspace(workspace) => self.shared.forget(*workspace),
        }
        self.grow_older();
    }

    /// Forgets everything: for a process that cannot say what it has missed.
    pub fn forget_all(&self) {
        self.shared.forget_all();
        for Part(shard) in &self.shards {
            shard.lock().forget_all(&self.limits);
        }
        self.grow_older();
    }

    /// After forgetting, never before: what is found between the two would seem to hold.
    fn grow_older(&self) {
        self.forgotten.fetch_add(1, Ordering::Release);
    }

    /// How many keys there are in memory.
    pub fn len(&self) -> usize {
        self.shards.iter().map(|Part(shard)| shard.lock().len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// For how many keys something waits to be written down.
    pub fn waiting(&self) -> usize {
        self.shards.iter().map(|Part(shard)| shard.lock().waiting()).sum()
    }

    /// The parts of the map that count by themselves.
    pub fn parts(&self) -> Range<usize> {
        0..self.shards.len()
    }

    /// Lets go of what is over.
    pub fn sweep(&self, now: Timestamp) {
        for Part(shard) in &self.shards {
            shard.lock().sweep(&self.limits, now);
        }
        self.shared.sweep(|recents| {
            let mut recents = recents.iter_mut().enumerate();
            recents.all(|(number, recent)| self.limits.rate(number).is_none_or(|rate| recent.is_idle(rate, now)))
        });
    }
}

/// The contract's order, from transport and state to limits.
fn decide<'a>(
    limits: &Limits,
    profile: &'a Profile,
    record: &mut Record,
    recents: &mut Recents,
    question: &Question<'a>,
    now: Timestamp,
) -> Result<((), Matched<'a>), Refusal> {
    let matched = permitted(profile, record, question, judge::matched(profile, question), now)?;
    within_limits(limits, record, recents, question, &matched, now).map(|()| ((), matched))
}

/// The contract's order up to what the key may do: nothing is counted yet.
fn permitted<'a>(
    profile: &'a Profile,
    record: &Record,
    question: &Question<'_>,
    matched: Result<Matched<'a>, Refusal>,
    now: Timestamp,
) -> Result<Matched<'a>, Refusal> {
    if question.transport != Transport::Fine {
        return Err(Refusal::HttpsRequired);
    }
    if let Some(refusal) = record.refusal(now) {
        return Err(refusal);
    }
    judge::permits(profile, &record.powers(&profile.key_types), question, matched)
}

/// The rest of it: counts against all limits, or, when one has no room, against none.
fn within_limits(
    limits: &Limits,
    record: &mut Record,
    recents: &mut Recents,
    question: &Question<'_>,
    matched: &Matched<'_>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let mut memories = Memories {
        key: record.id,
        record: &mut record.recent,
        keys: recents,
        workspace: &record.tenant.recent,
    };
    let is_named = |limit: &str| question.limit == Some(limit) || matched.counts_against(limit);
    let taken = limits::take(limits.on(record.tenant.plan_position), is_named, &mut memories, now);
    taken.map_err(|exceeded| Refusal::RateLimited(Box::new(exceeded)))
}

fn count<T>(
    shard: &mut Shard,
    position: Option<usize>,
    key: KeyId,
    profile: &Profile,
    question: &Question<'_>,
    now: Timestamp,
    decided: Result<(T, Matched<'_>), Refusal>,
) -> Verdict<T> {
    match decided {
        Ok((answer, matched)) => {
            // What has still to be paid for is counted when it is: see `settle`.
            if question.cost == 0 {
                shard.accepted(position, key, &source_of(question, matched), now);
            }
            Verdict::Allowed(answer)
        }
        Err(refusal) => {
            let note = || Note::new(&refusal, question, profile, now);
            shard.refused(key, &refusal, note, now);
            Verdict::Refused(Refused {
                refusal,
                key: Some(key),
            })
        }
    }
}

/// What is counted of where a request came from.
fn source_of<'a>(question: &Question<'a>, matched: Matched<'a>) -> Source<'a> {
    Source {
        address: question.address,
        user_agent: question.user_agent,
        from_anywhere: question.from_anywhere,
        asked: question.scopes,
        matched,
    }
}

#[cfg(test)]
mod tests;
