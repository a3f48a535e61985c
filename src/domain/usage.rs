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
use crate::store::{self, Db};

/// Writes down what the records have counted.
#[derive(Debug)]
pub struct Usage {
    records: Arc<Records>,
    random: Arc<dyn Random>,
    ids: Arc<Ids>,
    flushing: Arc<tokio::sync::Mutex<()>>,
    /// What could not be written.
    left: Arc<Mutex<Batch>>,
}

impl Usage {
    /// For the counters of these records.
    pub fn new(records: Arc<Records>, random: Arc<dyn Random>, ids: Arc<Ids>) -> Self {
        Self {
            records,
            random,
            ids,
            flushing: Arc::default(),
            left: Arc::default(),
        }
    }

    /// Writes down what has been counted. What cannot be written stays counted.
    pub async fn flush(&self, db: &Db) -> Result<()> {
        let (records, db, left) = (Arc::clone(&self.records), db.clone(), Arc::clone(&self.left));
        let (flushing, ids, random) = (
            Arc::clone(&self.flushing),
            Arc::clone(&self.ids),
            Arc::clone(&self.random),
        );
        // A task of its own: a person who closes the page that asked for this must not take the counts along.
        let flush = tokio::spawn(async move {
            let _one_at_a_time = flushing.lock().await;
            let new_id = |at: Timestamp| ids.next(at, random::bytes(&*random));
            let mut unwritten = Unwritten::take(&left);
            unwritten.rest.reserve(records.waiting());
            for part in records.parts() {
                records.take_counts(part, &mut unwritten.rest);
            }
            // Neighbours in the database are written together: each of its pages is written once, not by many transactions.
            unwritten.rest.sort();
            while let Some(part) = unwritten.rest.take_part(AT_ONCE) {
                unwritten.part = part;
                write(&db, &unwritten.part, new_id).await?;
                unwritten.part = Batch::default();
            }
            Ok(())
        });
        flush.await.map_err(|error| AppError::Internal(error.into()))?
    }
}

/// What a flush has taken out of memory and not written yet. However it ends (the database refuses, or the worker stops on which it
/// runs), what is still here then stays counted.
struct Unwritten<'a> {
    left: &'a Mutex<Batch>,
    rest: Batch,
    /// What is being written.
    part: Batch,
}

impl<'a> Unwritten<'a> {
    fn take(left: &'a Mutex<Batch>) -> Self {
        Self {
            left,
            rest: std::mem::take(&mut *left.lock()),
            part: Batch::default(),
        }
    }
}

impl Drop for Unwritten<'_> {
    fn drop(&mut self) {
        if self.rest.is_empty() && self.part.is_empty() {
            return;
        }
        let mut left = self.left.lock();
        left.add(std::mem::take(&mut self.rest));
        left.add(std::mem::take(&mut self.part));
        // However long the database is away: what is kept grows with keys and hours, not with the number of attempts.
        left.merge();
    }
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
