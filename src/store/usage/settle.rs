//! Settling days that are over, and letting go of what is old: in steps, each a transaction, each of which may be the last. Several
//! nodes may do it at once, and others may count meanwhile.

use sea_orm::{ConnectionTrait, DbBackend, Value};
use uuid::Uuid;

use super::places::{Places, execute, query};
use super::{OF_KEYS, OF_OWNERS, Tables};
use crate::model::usage::month_of;
use crate::store::Result;

/// How many rows a step is about at most.
const ROWS: usize = 2_000;

/// Rows in a statement.
const AT_ONCE: usize = 500;

/// What time it is for that, all in days since 1970.
#[derive(Clone, Copy, Debug)]
pub struct Due {
    /// Days before this one are settled.
    pub over: i64,
    /// Of days before this one the hours go.
    pub hours: i64,
    /// Months before the one that begins with this day go.
    pub months: i64,
    /// Of days before this one it is not known any more who called.
    pub callers: i64,
}

/// What a step did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Something,
    /// There is nothing to do.
    Nothing,
}

/// What is settled of one row.
struct Row {
    of: Vec<Value>,
    order: (Vec<u8>, i64),
    kind: i64,
    count: i64,
}

/// Whether anything is due: asked often, and of the reader.
pub async fn is_any_due(db: &impl ConnectionTrait, due: Due) -> Result<bool> {
    let of = |Tables { days, months, .. }| {
        format!(
            "EXISTS (SELECT 1 FROM {days} WHERE settled = 0 AND day < $1) \
             OR EXISTS (SELECT 1 FROM {days} WHERE settled = 1 AND day < $2) \
             OR EXISTS (SELECT 1 FROM {months} WHERE month < $3)"
        )
    };
    let callers = "EXISTS (SELECT 1 FROM usage_callers WHERE day < $4)";
    let sql = format!("SELECT 1 WHERE {} OR {} OR {callers}", of(OF_KEYS), of(OF_OWNERS));
    let values = [due.over, due.hours, due.months, due.callers].map(Value::from).into();
    Ok(!query(db, &sql, values).await?.is_empty())
}

/// Does some of it.
pub async fn step(tx: &impl ConnectionTrait, due: Due) -> Result<Step> {
    for tables in [OF_KEYS, OF_OWNERS] {
        let Tables { days, months, .. } = tables;
        let is_done = settle(tx, tables, due.over).await?
            || delete(tx, tables, days, "day", &format!("settled = 1 AND day < {}", due.hours)).await?
            || delete(tx, tables, months, "month", &format!("month < {}", due.months)).await?;
        if is_done {
            return Ok(Step::Something);
        }
    }
    if forget_callers(tx, due.callers).await? {
        return Ok(Step::Something);
    }
    Ok(Step::Nothing)
}

/// Moves the counts of some rows of a day to those of its month.
async fn settle(tx: &impl ConnectionTrait, tables: Tables, over: i64) -> Result<bool> {
    let days = tables.days;
    let sql = format!("SELECT MIN(day) FROM {days} WHERE settled = 0");
    let rows = query(tx, &sql, Vec::new()).await?;
    let first: Option<i64> = rows.first().map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    let Some(day) = first.filter(|day| *day < over) else {
        return Ok(false);
    };
    let rows = claim(tx, tables, day).await?;
    for rows in rows.chunks(AT_ONCE) {
        add_to_month(tx, tables, day, rows).await?;
        mark(tx, tables, day, rows).await?;
    }
    Ok(!rows.is_empty())
}

/// Some of the rows of a day that nobody else changes, in the order of their keys: that is how the rows of months are locked.
async fn claim(tx: &impl ConnectionTrait, tables: Tables, day: i64) -> Result<Vec<Row>> {
    let (days, columns, lock) = (tables.days, tables.columns(), unless_locked(tx));
    let sql =
        format!("SELECT {columns}, kind, count FROM {days} WHERE settled = 0 AND day = {day} LIMIT {ROWS} {lock}");
    let mut rows = Vec::new();
    for row in query(tx, &sql, Vec::new()).await? {
        let (mut of, mut order) = (Vec::new(), Vec::new());
        for (place, (_, kind)) in tables.of.iter().enumerate() {
            if *kind == "uuid" {
                let id: Uuid = row.try_get_by_index(place)?;
                order.extend(id.as_bytes());
                of.push(id.into());
            } else {
                let text: String = row.try_get_by_index(place)?;
                order.extend(text.as_bytes());
                of.push(text.into());
            }
        }
        let (kind, count) = (row.try_get_by_index(of.len())?, row.try_get_by_index(of.len() + 1)?);
        let order = (order, kind);
        rows.push(Row { of, order, kind, count });
    }
    rows.sort_unstable_by(|one, other| one.order.cmp(&other.order));
    Ok(rows)
}

async fn add_to_month(tx: &impl ConnectionTrait, tables: Tables, day: i64, rows: &[Row]) -> Result<()> {
    let (months, columns, month) = (tables.months, tables.columns(), month_of(day));
    let day = day - month + 1;
    let moved = moved(tx, tables, rows);
    let sql = format!(
        "{moved} INSERT INTO {months} ({columns}, month, kind, count, d{day}) \
         SELECT {columns}, {month}, kind, count, count FROM moved WHERE count > 0 \
         ON CONFLICT ({columns}, month, kind) DO UPDATE SET count = {months}.count + excluded.count, \
         d{day} = COALESCE({months}.d{day}, 0) + excluded.d{day}"
    );
    execute(tx, sql, values(rows)).await?;
    Ok(())
}

async fn mark(tx: &impl ConnectionTrait, tables: Tables, day: i64, rows: &[Row]) -> Result<()> {
    let days = tables.days;
    let same: Vec<_> = tables
        .of
        .iter()
        .map(|(name, _)| format!("{days}.{name} = moved.{name}"))
        .collect();
    let sql = format!(
        "{} UPDATE {days} SET count = 0, settled = 1 FROM moved WHERE {} AND {days}.day = {day} AND {days}.kind = moved.kind",
        moved(tx, tables, rows),
        same.join(" AND ")
    );
    execute(tx, sql, values(rows)).await?;
    Ok(())
}

fn moved(tx: &impl ConnectionTrait, tables: Tables, rows: &[Row]) -> String {
    let kinds: Vec<_> = tables
        .of
        .iter()
        .map(|(_, kind)| *kind)
        .chain(["bigint", "bigint"])
        .collect();
    let places = Places::new(tx.get_database_backend()).rows(&kinds, rows.len());
    format!("WITH moved ({}, kind, count) AS (VALUES {places})", tables.columns())
}

fn values(rows: &[Row]) -> impl Iterator<Item = Value> {
    rows.iter()
        .flat_map(|row| row.of.iter().cloned().chain([row.kind.into(), row.count.into()]))
}

async fn delete(tx: &impl ConnectionTrait, tables: Tables, table: &str, when: &str, which: &str) -> Result<bool> {
    let (columns, lock) = (tables.columns(), unless_locked(tx));
    let sql = format!(
        "DELETE FROM {table} WHERE ({columns}, {when}, kind) IN \
         (SELECT {columns}, {when}, kind FROM {table} WHERE {which} LIMIT {ROWS} {lock})"
    );
    Ok(execute(tx, sql, []).await? > 0)
}

async fn forget_callers(tx: &impl ConnectionTrait, before: i64) -> Result<bool> {
    let lock = unless_locked(tx);
    let sql = format!(
        "DELETE FROM usage_callers WHERE (key_id, day, way) IN \
         (SELECT key_id, day, way FROM usage_callers WHERE day < {before} LIMIT {ROWS} {lock})"
    );
    Ok(execute(tx, sql, []).await? > 0)
}

/// Rows that somebody else has under way are left to them.
fn unless_locked(tx: &impl ConnectionTrait) -> &'static str {
    match tx.get_database_backend() {
        DbBackend::Postgres => "FOR UPDATE SKIP LOCKED",
        _ => "",
    }
}
