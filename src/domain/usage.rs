//! Usage: every verdict about a known key is counted in memory, with the key's record, and written down in batches; and of
//! each key the last refusals are kept one by one, so that somebody can say why.

pub mod counted;
pub mod counts;

use std::collections::HashSet;
use std::sync::Arc;

use counts::Batch;
use parking_lot::Mutex;

use crate::domain::App;
use crate::domain::verify::records::Records;
use crate::error::{AppError, Result};
use crate::model::ids::{Ids, KeyId};
use crate::model::timestamp::Timestamp;
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
    /// Whose turn it is to move counts on, from the records or into the database. Whoever has it knows where they all are:
    /// in the records, in `waiting`, or written.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// What was taken from the records and is not written yet, in the order of keys.
    waiting: Mutex<Batch>,
}

impl Usage {
    /// For the counters of these records.
    pub fn new(records: Arc<Records>, random: Arc<dyn Random>, ids: Arc<Ids>) -> Self {
        Self {
            records,
            random,
            ids,
            turn: Arc::default(),
            waiting: Mutex::default(),
        }
    }

    /// Writes down what has been counted. What cannot be written stays counted.
    pub async fn flush(self: &Arc<Self>, db: &Db) -> Result<()> {
        let (usage, db) = (Arc::clone(self), db.clone());
        undisturbed(async move {
            usage.take_all().await?;
            while usage.write_next(&db).await? {}
            Ok(())
        })
        .await
    }

    /// Writes down what has been counted of a few keys, for somebody who wants to look at it. What else waits may be much, of
    /// many other tenants: it does not keep him waiting, and he does not keep it from being written together.
    pub async fn flush_keys(self: &Arc<Self>, db: &Db, keys: Vec<Digested>) -> Result<()> {
        let (usage, db) = (Arc::clone(self), db.clone());
        undisturbed(async move {
            let _turn = usage.turn.lock().await;
            let mut part = Batch::default();
            for key in &keys {
                part.add(usage.waiting.lock().take_of(key.0));
                usage.records.take_counts_of(key, &mut part);
            }
            part.merge();
            usage.write(&db, part).await
        })
        .await
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
            // Neighbours in the database are written together: each of its pages is written once, not by many transactions.
            taken.sort();
            put_back(&usage.waiting, taken);
        });
        taking.await.map_err(|error| AppError::Internal(error.into()))
    }

    /// Writes down a part of what waits. Whether there was any.
    async fn write_next(&self, db: &Db) -> Result<bool> {
        let _turn = self.turn.lock().await;
        let Some(part) = take_part(&self.waiting) else {
            return Ok(false);
        };
        self.write(db, part).await?;
        Ok(true)
    }

    /// For whoever has the turn.
    async fn write(&self, db: &Db, part: Batch) -> Result<()> {
        if part.is_empty() {
            return Ok(());
        }
        let waiting = &self.waiting;
        let mut unwritten = Unwritten { waiting, part };
        let new_id = |at: Timestamp| self.ids.next(at, random::bytes(&*self.random));
        write(db, &unwritten.part, new_id).await?;
        unwritten.part = Batch::default();
        Ok(())
    }
}

/// In a task of its own: a person who closes the page that asked for it must not end it between the database's commit and our
/// knowing of it.
async fn undisturbed(writing: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
    let ended = tokio::spawn(writing).await;
    ended.map_err(|error| AppError::Internal(error.into()))?
}

/// What is being written. However that ends (the database refuses, or the worker stops on which it runs), what is still here
/// then stays counted.
struct Unwritten<'a> {
    waiting: &'a Mutex<Batch>,
    part: Batch,
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        put_back(self.waiting, std::mem::take(&mut self.part));
    }
}

fn put_back(waiting: &Mutex<Batch>, part: Batch) {
    if part.is_empty() {
        return;
    }
    let mut waiting = waiting.lock();
    let was_empty = waiting.is_empty();
    waiting.add(part);
    if !was_empty {
        // However long the database is away: what is kept grows with keys and hours, not with the number of attempts.
        waiting.merge();
    }
}

fn take_part(waiting: &Mutex<Batch>) -> Option<Batch> {
    let mut waiting = waiting.lock();
    let part = waiting.take_part(AT_ONCE);
    if waiting.is_empty() {
        // With its memory: it is as large as it was at the worst moment.
        *waiting = Batch::default();
    }
    part
}

/// How many keys a transaction writes at most, or not many more: whoever else wants to write waits for it.
const AT_ONCE: usize = 5_000;

/// For how many keys a second of waiting is worth while: they are then written once and not each second, and writing takes
/// a few thousandths of one processor's time.
const FEW: usize = 250;

/// What is lost when the process is killed was counted in this time, in seconds.
const LONGEST_WAIT: u64 = 60;

/// Whether it is time to write, so many seconds after the last time.
pub fn is_due(app: &App, seconds: u64) -> bool {
    let worth = u64::try_from(app.records.waiting() / FEW).unwrap_or(LONGEST_WAIT);
    seconds >= worth.clamp(1, LONGEST_WAIT)
}

/// Writes down what has been counted of these keys, so that what is read of them is as of now.
pub async fn write_down(app: &App, keys: &[KeyId]) -> Result<()> {
    let digested = store::keys::digests(app.db.reader(), keys).await?;
    app.usage.flush_keys(&app.db, digested).await
}

async fn write(db: &Db, batch: &Batch, new_id: impl Fn(Timestamp) -> uuid::Uuid) -> Result<()> {
    let tx = db.begin().await?;
    store::usage::add(&tx, &batch.counts()).await?;
    store::usage::set_last_uses(&tx, &batch.last_uses()).await?;
    // A key may be gone by now. What is known of it belongs to nobody, and must not keep the rest from being written.
    let noted: Vec<KeyId> = batch.notes.iter().map(|(key, _)| *key).collect();
    let existing: HashSet<KeyId> = store::keys::existing(&tx, &noted).await?.into_iter().collect();
    for (key, notes) in batch.notes.iter().filter(|(key, _)| existing.contains(key)) {
        let notes = notes.iter().map(|note| (new_id(note.at), note.into()));
        store::usage::note_refusals(&tx, *key, notes.collect()).await?;
    }
    Ok(commit(tx).await?)
}
