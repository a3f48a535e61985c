//! Sums of what was counted, for pages: made by the database, so that what is read grows with days or months and not with keys.

use std::collections::{BTreeMap, HashMap};

use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::kinds::{self, Kind};
use super::places::query;
use super::{Count, OF_KEYS, OF_OWNERS, Tables};
use crate::model::access::Environment;
use crate::model::ids::{KeyId, OwnerId, WorkspaceId};
use crate::model::usage::{Unit, month_of};
use crate::store::Result;
use crate::store::rows::word;

/// Whose requests.
#[derive(Clone, Copy, Debug)]
pub enum Subject {
    Workspace(WorkspaceId),
    Owner(WorkspaceId, OwnerId),
    Key(KeyId),
}

/// Requests in one hour or day, with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// Hours or days since 1970.
    pub at: i64,
    pub environment: Environment,
    pub outcome: String,
    /// See [`Count::of`].
    pub of: String,
    pub count: i64,
}

/// Requests on one day with one key, or with the keys of one owner, with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySum<Id> {
    pub of: Id,
    /// Days since 1970.
    pub day: i64,
    pub outcome: String,
    pub count: i64,
}

impl Subject {
    /// Where it is, what says that it is meant, and what stands for the environment.
    fn parts(self) -> (Tables, &'static str, &'static str) {
        match self {
            Self::Workspace(_) => (OF_OWNERS, "workspace_id = $1", "environment"),
            Self::Owner(..) => (OF_OWNERS, "workspace_id = $1 AND owner_id = $2", "environment"),
            Self::Key(_) => (OF_KEYS, "key_id = $1", "(SELECT environment FROM keys WHERE id = $1)"),
        }
    }

    /// Which rows are one in a sum, beside what is counted.
    fn group(self) -> &'static str {
        match self {
            Self::Workspace(_) | Self::Owner(..) => "environment, kind",
            Self::Key(_) => "kind",
        }
    }

    fn values(self) -> Vec<Value> {
        match self {
            Self::Workspace(id) => vec![id.0.into()],
            Self::Owner(workspace, id) => vec![workspace.0.into(), id.0.into()],
            Self::Key(id) => vec![id.0.into()],
        }
    }
}

/// By hour or day, since one; in no order.
pub async fn by(db: &impl ConnectionTrait, unit: Unit, subject: Subject, from: i64) -> Result<Vec<Sum>> {
    let kinds = by_id(db).await?;
    let rows = match unit {
        Unit::Hour => hours(db, subject, from).await?,
        Unit::Day => days(db, subject, from).await?,
    };
    let mut sums = Vec::new();
    for row in &rows {
        // Begins with the first hour or day of the row, its environment and its kind; then there is a column for each of them.
        let (first, length): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let environment = word(&row.try_get_by_index::<String>(2)?)?;
        let Some(kind) = kinds.get(&row.try_get_by_index::<i64>(3)?) else {
            continue;
        };
        for place in 0..length {
            let at = first + place;
            let count = count(row, 4, place)?;
            if at >= from && count > 0 {
                sums.push(Sum {
                    at,
                    environment,
                    outcome: kind.outcome.clone(),
                    of: kind.of.clone(),
                    count,
                });
            }
        }
    }
    Ok(sums)
}

async fn hours(db: &impl ConnectionTrait, subject: Subject, from: i64) -> Result<Vec<QueryResult>> {
    let (Tables { days, .. }, own, environment) = subject.parts();
    let sums = sums("h", 0..=23);
    let sql = format!(
        "SELECT day * 24, CAST(24 AS bigint), {environment}, kind, {sums} FROM {days} \
         WHERE {own} AND day >= {} GROUP BY day, {}",
        from.div_euclid(24),
        subject.group()
    );
    query(db, &sql, subject.values()).await
}

/// What is settled from the months, and the rest from the days.
async fn days(db: &impl ConnectionTrait, subject: Subject, from: i64) -> Result<Vec<QueryResult>> {
    let (Tables { days, months, .. }, own, environment) = subject.parts();
    let (month, group) = (month_of(from), subject.group());
    let (sums, unsettled, nothing) = (sums("d", 1..=31), unsettled(days), ", NULL".repeat(30));
    let sql = format!(
        "SELECT month, CAST(31 AS bigint), {environment}, kind, {sums} FROM {months} \
         WHERE {own} AND month >= {month} GROUP BY month, {group} UNION ALL \
         SELECT day, CAST(1 AS bigint), {environment}, kind, CAST(SUM(count) AS bigint){nothing} FROM {days} \
         WHERE {own} AND day >= {from} AND {unsettled} GROUP BY day, {group}"
    );
    query(db, &sql, subject.values()).await
}

/// Days with these keys since one, oldest first.
pub async fn of_keys(db: &impl ConnectionTrait, keys: &[KeyId], from: i64) -> Result<Vec<DaySum<KeyId>>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let places: Vec<_> = (1..=keys.len()).map(|place| format!("${place}")).collect();
    let own = format!("key_id IN ({})", places.join(", "));
    let values = keys.iter().map(|key| key.0.into()).collect();
    each(db, OF_KEYS, ("key_id", &own), values, from, KeyId).await
}

/// Days with the keys of each owner in a workspace since one, oldest first.
pub async fn of_owners(db: &impl ConnectionTrait, workspace: WorkspaceId, from: i64) -> Result<Vec<DaySum<OwnerId>>> {
    let own = ("owner_id", "workspace_id = $1");
    each(db, OF_OWNERS, own, vec![workspace.0.into()], from, OwnerId).await
}

async fn each<Id: Ord + Copy>(
    db: &impl ConnectionTrait,
    Tables { days, months, .. }: Tables,
    (id, own): (&str, &str),
    values: Vec<Value>,
    from: i64,
    of: fn(Uuid) -> Id,
) -> Result<Vec<DaySum<Id>>> {
    let kinds = by_id(db).await?;
    let month = month_of(from);
    let columns = (1..=31).map(|day| format!("d{day}")).collect::<Vec<_>>().join(", ");
    let (unsettled, nothing) = (unsettled(days), ", NULL".repeat(30));
    let sql = format!(
        "SELECT {id}, month, CAST(31 AS bigint), kind, {columns} FROM {months} \
         WHERE {own} AND month >= {month} UNION ALL \
         SELECT {id}, day, CAST(1 AS bigint), kind, count{nothing} FROM {days} \
         WHERE {own} AND day >= {from} AND {unsettled}"
    );
    let mut sums: BTreeMap<(Id, i64, &str), i64> = BTreeMap::new();
    for row in &query(db, &sql, values).await? {
        let id = of(row.try_get_by_index(0)?);
        let (first, length): (i64, i64) = (row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let Some(kind) = kinds.get(&row.try_get_by_index::<i64>(3)?) else {
            continue;
        };
        for place in 0..length {
            let (day, count) = (first + place, count(row, 4, place)?);
            if day >= from && count > 0 {
                *sums.entry((id, day, &kind.outcome)).or_default() += count;
            }
        }
    }
    let sum = |((of, day, outcome), count): ((Id, i64, &str), i64)| DaySum {
        of,
        day,
        outcome: outcome.to_owned(),
        count,
    };
    Ok(sums.into_iter().map(sum).collect())
}

/// Counts of the keys since a day, summed over the days; in no order.
pub async fn sums_since(db: &impl ConnectionTrait, keys: &[KeyId], from: i64) -> Result<Vec<Count>> {
    let mut sums: BTreeMap<(KeyId, String), i64> = BTreeMap::new();
    for day in of_keys(db, keys, from).await? {
        *sums.entry((day.of, day.outcome)).or_default() += day.count;
    }
    let sum = |((key, outcome), count): ((KeyId, String), i64)| Count {
        key,
        hour: from * 24,
        outcome: outcome.into(),
        of: "".into(),
        count,
    };
    Ok(sums.into_iter().map(sum).collect())
}

/// That a row of a day has what its month has not. It is read from one moment together with the month.
pub(super) fn unsettled(days: &str) -> String {
    format!("settled = 0 AND day >= COALESCE((SELECT MIN(day) FROM {days} WHERE settled = 0), 0)")
}

async fn by_id(db: &impl ConnectionTrait) -> Result<HashMap<i64, Kind>> {
    let kinds = kinds::all(db).await?.into_iter();
    Ok(kinds.map(|kind| (kind.id, kind)).collect())
}

fn sums(letter: &str, numbers: std::ops::RangeInclusive<usize>) -> String {
    let sums = numbers.map(|number| format!("CAST(SUM({letter}{number}) AS bigint)"));
    sums.collect::<Vec<_>>().join(", ")
}

fn count(row: &QueryResult, first: usize, place: i64) -> Result<i64> {
    let place = usize::try_from(place).unwrap_or_default();
    Ok(row.try_get_by_index::<Option<i64>>(first + place)?.unwrap_or_default())
}
