//! The keys with the most requests.

use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::kinds::{self, Kind};
use super::places::query;
use super::sums::{Subject, unsettled};
use crate::model::access::Environment;
use crate::model::ids::{KeyId, OwnerId};
use crate::model::usage::{Unit, month_of};
use crate::store::Result;
use crate::store::rows::word;

/// Requests with one key.
#[derive(Clone, Debug)]
pub struct KeySum {
    pub id: KeyId,
    pub owner: OwnerId,
    pub environment: Environment,
    pub name: String,
    pub display_prefix: String,
    pub is_deleted: bool,
    pub accepted: i64,
    pub refused: i64,
}

/// Which requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Which<'a> {
    pub environment: Option<Environment>,
    /// Only those that were refused for this.
    pub reason: Option<&'a str>,
}

/// Since an hour or day; the most first.
pub async fn top_keys(
    db: &impl ConnectionTrait,
    unit: Unit,
    subject: Subject,
    from: i64,
    which: Which<'_>,
    limit: u64,
) -> Result<Vec<KeySum>> {
    let kinds = kinds::all(db).await?;
    let accepted = kinds::list(kinds.iter().filter(|kind| kind.is_accepted()));
    let (own, id) = match subject {
        Subject::Workspace(id) => ("keys.workspace_id = $1", id.0),
        Subject::Owner(_, id) => ("keys.owner_id = $1", id.0),
        Subject::Key(id) => ("keys.id = $1", id.0),
    };
    let (mut own, mut values) = (own.to_owned(), vec![Value::from(id)]);
    if let Some(environment) = which.environment {
        own.push_str(" AND keys.environment = $2");
        values.push(environment.as_str().into());
    }
    let only = which.reason.map_or_else(String::new, |reason| {
        let of_reason = |kind: &&Kind| kind.outcome == reason;
        format!("WHERE kind IN ({})", kinds::list(kinds.iter().filter(of_reason)))
    });
    let counted = match unit {
        Unit::Hour => by_hour(&own, from),
        Unit::Day => by_day(&own, from),
    };
    let sql = format!(
        "SELECT keys.id, keys.owner_id, keys.environment, keys.name, keys.display_prefix, keys.deleted_at IS NOT NULL, \
         sums.accepted, sums.everything \
         FROM (SELECT key_id, CAST(SUM(CASE WHEN kind IN ({accepted}) THEN n ELSE 0 END) AS bigint) AS accepted, \
         CAST(SUM(n) AS bigint) AS everything FROM ({counted}) AS counted {only} \
         GROUP BY key_id HAVING SUM(n) > 0 ORDER BY everything DESC, key_id LIMIT {limit}) AS sums \
         JOIN keys ON keys.id = sums.key_id ORDER BY sums.everything DESC, keys.id"
    );
    let rows = query(db, &sql, values).await?;
    rows.iter().map(key_sum).collect()
}

fn by_hour(own: &str, from: i64) -> String {
    let (first, hour) = (from.div_euclid(24), from.rem_euclid(24));
    format!(
        "SELECT usage_days.key_id, usage_days.kind, CASE WHEN usage_days.day = {first} THEN {} ELSE {} END AS n \
         FROM keys JOIN usage_days ON usage_days.key_id = keys.id WHERE {own} AND usage_days.day >= {first}",
        added("h", hour..=23),
        added("h", 0..=23)
    )
}

/// What is settled from the months, and the rest from the days.
fn by_day(own: &str, from: i64) -> String {
    let month = month_of(from);
    format!(
        "SELECT usage_months.key_id, usage_months.kind, \
         CASE WHEN usage_months.month = {month} THEN {} ELSE usage_months.count END AS n \
         FROM keys JOIN usage_months ON usage_months.key_id = keys.id WHERE {own} AND usage_months.month >= {month} \
         UNION ALL SELECT usage_days.key_id, usage_days.kind, usage_days.count \
         FROM keys JOIN usage_days ON usage_days.key_id = keys.id WHERE {own} AND usage_days.day >= {from} AND {}",
        added("d", from - month + 1..=31),
        unsettled("usage_days")
    )
}

fn added(letter: &str, numbers: std::ops::RangeInclusive<i64>) -> String {
    let columns = numbers.map(|number| format!("COALESCE({letter}{number}, 0)"));
    columns.collect::<Vec<_>>().join(" + ")
}

fn key_sum(row: &QueryResult) -> Result<KeySum> {
    let (accepted, everything): (i64, i64) = (row.try_get_by_index(6)?, row.try_get_by_index(7)?);
    Ok(KeySum {
        id: KeyId(row.try_get_by_index(0)?),
        owner: OwnerId(row.try_get_by_index(1)?),
        environment: word(&row.try_get_by_index::<String>(2)?)?,
        name: row.try_get_by_index(3)?,
        display_prefix: row.try_get_by_index(4)?,
        is_deleted: row.try_get_by_index(5)?,
        accepted,
        refused: everything - accepted,
    })
}
