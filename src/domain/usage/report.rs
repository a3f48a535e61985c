//! What the pages about usage say: of a workspace, of the keys on one ring, or of one key.

use std::collections::{BTreeMap, HashMap};

use crate::domain::App;
use crate::domain::access::{ReadKeys, Standing};
use crate::domain::usage::write_down::write_down_of;
use crate::error::Result;
use crate::model::ids::OwnerId;
use crate::model::key::Key;
use crate::model::timestamp::Timestamp;
use crate::model::usage::{ACCEPTED, Counts, Daily, Range, Series, first_of_daily, place_in_daily};
use crate::store;
pub use crate::store::usage::{KeySum, Which};
use crate::store::usage::{Subject, Sum};

/// Whose usage.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// Every member may know it.
    Workspace(&'a Standing),
    Ring(ReadKeys<'a>),
    /// Of a key that was found on the ring.
    Key(ReadKeys<'a>, &'a Key),
}

/// Requests in a range, by environment.
#[derive(Clone, Debug)]
pub struct Report {
    pub range: Range,
    /// The first hour or day.
    pub first: i64,
    /// Of environments with any.
    pub series: Vec<Series>,
}

/// Of so many keys, the newest ones, is written down what is still in memory; of those beyond, the last minute may be missing.
const WRITTEN: u64 = 10_000;

/// How many keys are listed.
const LISTED: u64 = 10;

impl Whose<'_> {
    fn subject(self) -> Subject {
        match self {
            Self::Workspace(standing) => Subject::Workspace(standing.workspace.id),
            Self::Ring(proof) => Subject::Owner(proof.ring().workspace.id, proof.ring().owner_id()),
            Self::Key(_, key) => Subject::Key(key.id),
        }
    }
}

/// What was counted in a range and in the one before, with what is still in memory.
pub async fn report(app: &App, whose: Whose<'_>, range: Range) -> Result<Report> {
    write_down_own(app, whose).await?;
    let (unit, now) = (range.unit(), app.now());
    let before = range.first(now) - range.length() as i64;
    let sums = store::usage::by(app.db.reader(), unit, whose.subject(), before).await?;
    Ok(Report::of(range, now, &sums))
}

/// The keys with the most requests in a range, as far as they are asked for. A key is not asked for others.
pub async fn top_keys(app: &App, whose: Whose<'_>, range: Range, which: Which<'_>) -> Result<Vec<KeySum>> {
    if let Whose::Key(..) = whose {
        return Ok(Vec::new());
    }
    let (unit, first) = (range.unit(), range.first(app.now()));
    let sums = store::usage::top_keys(app.db.reader(), unit, whose.subject(), first, which, LISTED);
    Ok(sums.await?)
}

/// Accepted requests of each day with the keys of each project, or the workspace's own, for the small pictures of its overview.
pub async fn daily(app: &App, standing: &Standing) -> Result<HashMap<OwnerId, Daily>> {
    write_down_own(app, Whose::Workspace(standing)).await?;
    let first = first_of_daily(app.now());
    let mut all: HashMap<OwnerId, Daily> = HashMap::new();
    for sum in store::usage::of_owners(app.db.reader(), standing.workspace.id, first).await? {
        if sum.outcome == ACCEPTED {
            all.entry(sum.of).or_default()[place_in_daily(sum.day, first)] += sum.count;
        }
    }
    Ok(all)
}

async fn write_down_own(app: &App, whose: Whose<'_>) -> Result<()> {
    let db = app.db.reader();
    let keys = match whose.subject() {
        Subject::Workspace(id) => store::keys::newest_digests(db, id, WRITTEN).await?,
        Subject::Owner(_, id) => store::keys::newest_digests_of(db, id, WRITTEN).await?,
        Subject::Key(id) => store::keys::digests(db, &[id]).await?,
    };
    write_down_of(app, keys).await
}

impl Report {
    fn of(range: Range, now: Timestamp, sums: &[Sum]) -> Self {
        let (first, length) = (range.first(now), range.length());
        let mut series: Vec<Series> = Vec::new();
        for sum in sums {
            let place = series.iter().position(|known| known.environment == sum.environment);
            let place = place.unwrap_or_else(|| {
                series.push(Series {
                    environment: sum.environment,
                    points: vec![Counts::default(); length],
                    before: Counts::default(),
                    routes: BTreeMap::new(),
                    limits: BTreeMap::new(),
                });
                series.len() - 1
            });
            let Some(own) = series.get_mut(place) else { continue };
            let counts = match usize::try_from(sum.at - first) {
                // The clock of another node runs ahead: that is now.
                Ok(place) => own.points.get_mut(place.min(length - 1)),
                Err(_) => Some(&mut own.before),
            };
            if let Some(counts) = counts {
                counts.add(&sum.outcome, sum.count);
            }
            if sum.at < first {
                continue;
            }
            if sum.outcome == ACCEPTED {
                *own.routes.entry(sum.of.clone()).or_default() += sum.count;
            } else if !sum.of.is_empty() {
                *own.limits.entry(sum.of.clone()).or_default() += sum.count;
            }
        }
        series.sort_by_key(|series| series.environment);
        Self { range, first, series }
    }

    /// All that is in it, whatever the environment.
    pub fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.sum().all() == 0)
    }
}
