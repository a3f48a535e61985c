//! Usage: every verdict about a known key is counted in memory, beside the key's record, and written down in batches; and of
//! each key the last refusals are kept one by one, so that somebody can say why.

use std::collections::{HashSet, VecDeque};
use std::net::IpAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use crate::domain::App;
use crate::domain::verify::Question;
use crate::domain::verify::records::Records;
use crate::error::{AppError, Result};
use crate::model::ids::{Ids, KeyId};
use crate::model::key::LastUse;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::{NotedRefusal, Refusal};
use crate::profile::Profile;
use crate::random::{self, Random};
use crate::store::db::commit;
use crate::store::usage::Count;
use crate::store::{self, Db};

/// The outcome of an allowed request; the others are [`crate::model::verdict::Refusal::reason`].
pub const ACCEPTED: &str = "accepted";

/// How much of a user agent is kept.
const LONGEST_AGENT: usize = 200;

/// How much of a method is kept.
const LONGEST_METHOD: usize = 20;

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub address: Option<IpAddr>,
    pub user_agent: &'a str,
}

/// Accepted requests of one key in one hour, on their way to the database.
#[derive(Clone, Debug)]
pub struct Pending {
    pub key: KeyId,
    pub hour: i64,
    pub accepted: u32,
    /// The last of them.
    pub at: Timestamp,
    pub address: Option<IpAddr>,
    pub user_agent: Arc<str>,
    /// Where the key's record stands, if it has one.
    pub position: u32,
}

/// A refused request, on its way to the database.
#[derive(Clone, Debug)]
pub struct Note {
    at: Timestamp,
    reason: &'static str,
    needed: Option<String>,
    request: Option<String>,
    address: Option<IpAddr>,
    user_agent: String,
}

/// What was counted between two flushes.
#[derive(Debug, Default)]
pub struct Batch {
    pub accepted: Vec<Pending>,
    pub refused: Vec<((KeyId, i64, &'static str), i64)>,
    pub notes: Vec<(KeyId, VecDeque<Note>)>,
}

impl Note {
    /// What somebody will want to know.
    pub fn new(refusal: &Refusal, question: &Question<'_>, profile: &Profile, now: Timestamp) -> Self {
        Self {
            at: now,
            reason: refusal.reason(),
            needed: refusal.needed(),
            request: request_of(question, profile),
            address: question.address,
            user_agent: shortened(question.user_agent, LONGEST_AGENT),
        }
    }
}

/// The request in words that are safe to keep: its method, and the pattern of the profile's route, never the path itself. A method
/// may be anything, as long as a header; it is shortened.
pub fn request_of(question: &Question<'_>, profile: &Profile) -> Option<String> {
    let method = question.method?;
    let pattern = question.path.and_then(|path| {
        let route = profile.route_of(method, path).ok()??;
        route.matches.iter().find(|one| one.methods.include(method))
    });
    let method = shortened(method, LONGEST_METHOD);
    Some(match pattern {
        Some(one) => format!("{method} {}", one.path),
        None => method,
    })
}

impl Batch {
    fn len(&self) -> usize {
        self.accepted.len() + self.refused.len()
    }

    fn is_empty(&self) -> bool {
        self.accepted.is_empty() && self.refused.is_empty() && self.notes.is_empty()
    }

    fn add(&mut self, other: Self) {
        self.accepted.extend(other.accepted);
        self.refused.extend(other.refused);
        self.notes.extend(other.notes);
    }

    fn counts(&self) -> Vec<Count> {
        let accepted = self
            .accepted
            .iter()
            .map(|one| ((one.key, one.hour, ACCEPTED), i64::from(one.accepted)));
        let mut counts: Vec<_> = accepted.chain(self.refused.iter().copied()).collect();
        // Always in one order: two nodes that flush the same keys must not wait for each other in a circle.
        counts.sort_unstable_by_key(|(what, _)| *what);
        // One row a statement may be met once.
        counts.dedup_by(|(later, more), (what, count)| {
            let same = later == what;
            if same {
                *count += *more;
            }
            same
        });
        let count = |((key, hour, outcome), count): ((KeyId, i64, &str), i64)| Count {
            key,
            hour,
            outcome: outcome.to_owned(),
            count,
        };
        counts.into_iter().map(count).collect()
    }

    fn last_uses(&self) -> Vec<(KeyId, LastUse)> {
        let mut latest: Vec<&Pending> = self.accepted.iter().collect();
        latest.sort_unstable_by_key(|one| (one.key, std::cmp::Reverse(one.at)));
        latest.dedup_by_key(|one| one.key);
        let last_use = |one: &Pending| LastUse {
            at: one.at,
            address: address_text(one.address),
            user_agent: shortened(&one.user_agent, LONGEST_AGENT),
        };
        latest.into_iter().map(|one| (one.key, last_use(one))).collect()
    }
}

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
            let mut batch = std::mem::take(&mut *left.lock());
            for part in records.parts() {
                records.take_counts(part, &mut batch);
                let is_enough = batch.len() >= AT_ONCE || part + 1 == records.parts().end;
                if !is_enough || batch.is_empty() {
                    continue;
                }
                if let Err(error) = write(&db, &batch, new_id).await {
                    left.lock().add(batch);
                    return Err(error);
                }
                batch = Batch::default();
            }
            Ok(())
        });
        flush.await.map_err(|error| AppError::Internal(error.into()))?
    }
}

/// How many keys a transaction writes at most, or not many more: whoever else wants to write waits for it.
const AT_ONCE: usize = 5_000;

/// For how many keys a second of waiting is worth while: they are then written once and not each second, and writing takes
/// a few hundredths of one processor's time at most.
const FEW: usize = 2_000;

/// What is lost when the process is killed was counted in this time, in seconds.
const LONGEST_WAIT: u64 = 60;

/// Whether it is time to write, so many seconds after the last time.
pub fn is_due(app: &App, seconds: u64) -> bool {
    let worth = u64::try_from(app.records.waiting() / FEW).unwrap_or(LONGEST_WAIT);
    seconds >= worth.clamp(1, LONGEST_WAIT)
}

async fn write(db: &Db, batch: &Batch, new_id: impl Fn(Timestamp) -> uuid::Uuid) -> Result<()> {
    let counts = batch.counts();
    let mut keys: Vec<KeyId> = counts.iter().map(|count| count.key).collect();
    keys.dedup();
    let tx = db.begin().await?;
    // A key may be gone by now. Its counts belong to nobody, and must not keep the others from being written.
    let existing: HashSet<KeyId> = store::keys::existing(&tx, &keys).await?.into_iter().collect();
    let counts = counts
        .into_iter()
        .filter(|count| existing.contains(&count.key))
        .collect();
    store::usage::add(&tx, counts).await?;
    store::usage::set_last_uses(&tx, &batch.last_uses()).await?;
    for (key, notes) in batch.notes.iter().filter(|(key, _)| existing.contains(key)) {
        let notes = notes.iter().map(|note| (new_id(note.at), note.into()));
        store::usage::note_refusals(&tx, *key, notes.collect()).await?;
    }
    Ok(commit(tx).await?)
}

impl From<&Note> for NotedRefusal {
    fn from(note: &Note) -> Self {
        Self {
            at: note.at,
            reason: note.reason.to_owned(),
            needed: note.needed.clone(),
            request: note.request.clone(),
            address: address_text(note.address),
            user_agent: note.user_agent.clone(),
        }
    }
}

fn address_text(address: Option<IpAddr>) -> String {
    address.map_or_else(String::new, |address| address.to_canonical().to_string())
}

/// At most so many characters, none of which moves a terminal's cursor.
fn shortened(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}
