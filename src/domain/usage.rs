//! Usage: every verdict about a known key is counted in memory, with the key's record, and written down in batches; and of
//! each key the last refusals are kept one by one, so that somebody can say why.

mod calls;
pub mod client;
pub mod counted;
pub mod counts;
pub mod keyless;
pub mod notes;
pub mod pending;
mod queue;
pub mod report;
pub mod roll_up;
pub mod ways;
mod write_down;

pub(in crate::domain) use write_down::write_down_of;
pub use write_down::{is_due, write_down};

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calls::Said;
use counts::Batch;
use keyless::Keyless;
use parking_lot::Mutex;
use queue::{Queue, Taken};
use tokio::runtime::Handle;

use crate::domain::verify::records::Records;
use crate::error::{AppError, Result};
use crate::model::ids::{Ids, KeyId};
use crate::model::refused_request::RefusedRequest;
use crate::model::request_id::RequestId;
use crate::model::timestamp::Timestamp;
use crate::profile::Profile;
use crate::random::{self, Random};
use crate::store::db::commit;
use crate::store::keys::Digested;
use crate::store::{self, Db};

/// Writes down what the records have counted.
#[derive(Debug)]
pub struct Usage {
    records: Arc<Records>,
    random: Arc<dyn Random>,
    ids: Arc<Ids>,
    /// What is said of routes, by their numbers.
    said: Said,
    /// Whose turn it is to move counts on, from the records or into the database. Whoever has it knows where they all are:
    /// in the records, in the queue, or written.
    turn: Arc<tokio::sync::Mutex<()>>,
    queue: Queue,
    /// Of which keys somebody wants the counts to be written now.
    wanted: Mutex<Wanted>,
    /// How often any were written.
    written: AtomicU64,
    /// Of requests that came without a key.
    pub keyless: Keyless,
    /// Where it is written: workers stop earlier, and would stop in the middle of it.
    runtime: Handle,
}

#[derive(Debug, Default)]
struct Wanted {
    keys: HashMap<KeyId, [u8; 32]>,
    /// Grows whenever somebody takes them all to write down their counts.
    round: u64,
    /// The last round of which nothing is missing.
    written: u64,
}

impl Usage {
    /// For the counters of these records. They are written down on a runtime that stops last.
    pub fn new(
        records: Arc<Records>,
        profile: &Profile,
        random: Arc<dyn Random>,
        ids: Arc<Ids>,
        runtime: Handle,
    ) -> Self {
        Self {
            records,
            random,
            ids,
            said: Said::by(profile),
            turn: Arc::default(),
            queue: Queue::default(),
            wanted: Mutex::default(),
            written: AtomicU64::default(),
            keyless: Keyless::default(),
            runtime,
        }
    }

    /// Writes down what has been counted. What cannot be written stays counted.
    pub async fn flush(self: &Arc<Self>, db: &Db) -> Result<()> {
        let (usage, db) = (Arc::clone(self), db.clone());
        self.undisturbed(async move {
            usage.take_all().await?;
            while usage.write_next(&db).await? {}
            usage.write_keyless(&db).await
        })
        .await
    }

    /// Writes down what has been counted of a few keys, for somebody who wants to look at it. What else waits may be much, of
    /// many other tenants: it does not keep them waiting. Many who want it at once are served together.
    pub async fn flush_keys(self: &Arc<Self>, db: &Db, keys: Vec<Digested>) -> Result<()> {
        let round = {
            let mut wanted = self.wanted.lock();
            wanted.keys.extend(keys);
            wanted.round
        };
        let (usage, db) = (Arc::clone(self), db.clone());
        self.undisturbed(async move {
            let _turn = usage.turn.lock().await;
            if usage.wanted.lock().written > round {
                // By somebody who had the turn before.
                return Ok(());
            }
            usage.write_wanted(&db).await
        })
        .await
    }

    /// In a task of its own: a person who closes the page that asked for it must not end it between the database's commit and
    /// our knowing of it.
    async fn undisturbed(&self, writing: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
        let ended = self.runtime.spawn(writing).await;
        ended.map_err(|error| AppError::Internal(error.into()))?
    }

    /// Takes everything that the records have counted.
    async fn take_all(self: &Arc<Self>) -> Result<()> {
        let usage = Arc::clone(self);
        // The turn goes along: nobody may look for counts while they are on their way.
        let turn = Arc::clone(&self.turn).lock_owned().await;
        // A million keys take a while: others run on this thread.
        let taking = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let mut taken = Batch::with_room_for(usage.records.waiting());
            for part in usage.records.parts() {
                usage.records.take_counts(part, &mut taken);
            }
            usage.queue.add(taken);
        });
        taking.await.map_err(|error| AppError::Internal(error.into()))
    }

    /// Writes down a part of what waits. Whether there was any.
    async fn write_next(&self, db: &Db) -> Result<bool> {
        let _turn = self.turn.lock().await;
        let Some(taken) = self.queue.take_next() else {
            return Ok(false);
        };
        self.write(db, taken).await?;
        Ok(true)
    }

    /// Writes down what has been noted of requests without a key.
    async fn write_keyless(&self, db: &Db) -> Result<()> {
        let _turn = self.turn.lock().await;
        let taken = self.keyless.take();
        if taken.notes().is_empty() {
            return Ok(());
        }
        let kept = taken.notes().iter().map(|note| (self.new_id(note.at), note.kept(None)));
        add_without_key(db, kept.collect()).await?;
        taken.written();
        Ok(())
    }

    /// Writes down a refused request of this name, if it is still in memory, so that it can be looked up.
    pub async fn write_down_called(self: &Arc<Self>, db: &Db, id: &RequestId) -> Result<()> {
        let (is_keyless, noted) = {
            // Somebody who has the turn may have taken it, and be about to write it: then it is nowhere.
            let _turn = self.turn.lock().await;
            let noted = || self.records.noted(id).or_else(|| self.queue.noted(id));
            match self.keyless.has(id) {
                true => (true, None),
                false => (false, noted()),
            }
        };
        if is_keyless {
            let (usage, db) = (Arc::clone(self), db.clone());
            return self.undisturbed(async move { usage.write_keyless(&db).await }).await;
        }
        match noted {
            Some(key) => {
                let digested = store::keys::digests(db.reader(), &[key]).await?;
                self.flush_keys(db, digested).await
            }
            None => Ok(()),
        }
    }

    /// Another number whenever counts have been written down.
    pub fn times_written(&self) -> u64 {
        self.written.load(Ordering::Acquire)
    }

    fn new_id(&self, at: Timestamp) -> uuid::Uuid {
        self.ids.next(at, random::bytes(&*self.random))
    }

    /// Writes down what is wanted, for whoever has the turn.
    async fn write_wanted(&self, db: &Db) -> Result<()> {
        let (keys, round) = {
            let mut wanted = self.wanted.lock();
            wanted.round += 1;
            (std::mem::take(&mut wanted.keys), wanted.round)
        };
        let mut counted = Batch::default();
        for key in keys.keys() {
            counted.add(self.queue.take_of(*key));
        }
        self.records.take_counts_of(&keys, &mut counted);
        counted.merge();
        let mut written = Ok(());
        for part in self.queue.taken(counted) {
            if written.is_ok() {
                written = self.write(db, part).await;
            }
        }
        let mut wanted = self.wanted.lock();
        match written {
            Ok(()) => wanted.written = round,
            // The others who want it try again.
            Err(_) => wanted.keys.extend(keys),
        }
        written
    }

    async fn write(&self, db: &Db, taken: Taken<'_>) -> Result<()> {
        if !taken.part().is_empty() {
            write(db, taken.part(), &self.said, |at| self.new_id(at)).await?;
            self.written.fetch_add(1, Ordering::Release);
        }
        taken.written();
        Ok(())
    }
}

async fn write(db: &Db, batch: &Batch, said: &Said, new_id: impl Fn(Timestamp) -> uuid::Uuid) -> Result<()> {
    let tx = db.begin().await?;
    store::usage::add(&tx, &batch.counts(&said.names)).await?;
    store::usage::set_last_uses(&tx, &batch.last_uses()).await?;
    store::usage::callers::add(&tx, &calls::calls(batch, said)).await?;
    store::usage::callers::need(&tx, &calls::needs_of_unknown(batch, said)).await?;
    // A key may be gone by now. What is known of it belongs to nobody, and must not keep the rest from being written.
    let noted: Vec<KeyId> = batch.notes.iter().map(|(key, _)| *key).collect();
    let existing: HashSet<KeyId> = store::keys::existing(&tx, &noted).await?.into_iter().collect();
    for (key, notes) in batch.notes.iter().filter(|(key, _)| existing.contains(key)) {
        let notes = notes.iter().map(|note| (new_id(note.at), note.kept(Some(*key))));
        store::refused_requests::add(&tx, Some(*key), notes.collect()).await?;
    }
    Ok(commit(tx).await?)
}

async fn add_without_key(db: &Db, refused: Vec<(uuid::Uuid, RefusedRequest)>) -> Result<()> {
    let tx = db.begin().await?;
    store::refused_requests::add(&tx, None, refused).await?;
    Ok(commit(tx).await?)
}
