//! Writing down what was counted of many keys. This is most of what verification asks of the database, so the statements are
//! written out: built from entities, they would take several times as long.

use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, Value};

use super::places::{Places, execute, query};
use super::{Count, OF_KEYS, OF_OWNERS, Tables, kinds};
use crate::model::ids::KeyId;
use crate::model::key::LastUse;
use crate::store::entities::key;
use crate::store::{Result, keys};

/// Rows in a statement. At most four values a row: far below what either database binds in one statement.
const ROWS: usize = 500;

/// The same for what keys belong to, of which many rows are one: as many as are written in one transaction, so that two nodes that
/// write the same ones do it in one order.
const ROWS_OF_OWNERS: usize = 5_000;

/// Adds to the counts, where the key is still there. Those that are alike but for the key are written together if they stand together.
pub async fn add(tx: &impl ConnectionTrait, counts: &[Count]) -> Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    let kinds = kinds::of(tx, counts).await?;
    let settled = [settled_day(tx, OF_KEYS).await?, settled_day(tx, OF_OWNERS).await?];
    let alike =
        || counts.chunk_by(|one, next| (one.hour, &one.outcome, &one.of) == (next.hour, &next.outcome, &next.of));
    for alike in alike() {
        let kind = alike.first().and_then(|one| kinds.get(&(&*one.outcome, &*one.of)));
        for rows in alike.chunks(ROWS) {
            add_of_keys(tx, rows, kind.copied().unwrap_or_default(), settled[0]).await?;
        }
    }
    for alike in alike() {
        let kind = alike.first().and_then(|one| kinds.get(&(&*one.outcome, &*one.of)));
        for rows in alike.chunks(ROWS_OF_OWNERS) {
            add_of_owners(tx, rows, kind.copied().unwrap_or_default(), settled[1]).await?;
        }
    }
    Ok(())
}

/// The last day of which anything is settled. To what is settled nothing may be added without saying so.
async fn settled_day(tx: &impl ConnectionTrait, tables: Tables) -> Result<i64> {
    if tx.get_database_backend() == DbBackend::Postgres {
        // Others write at the same time: it is said with each row, and costs nothing there, because nothing changes.
        return Ok(i64::MAX);
    }
    let sql = format!("SELECT MAX(day) FROM {} WHERE settled = 1", tables.days);
    let rows = query(tx, &sql, Vec::new()).await?;
    let day: Option<i64> = rows.first().map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    Ok(day.unwrap_or(i64::MIN))
}

/// Of one hour and kind: most of what is written is, and what is said once takes less time.
async fn add_of_keys(tx: &impl ConnectionTrait, rows: &[Count], kind: i64, settled: i64) -> Result<()> {
    let backend = tx.get_database_backend();
    let in_order = match backend {
        // Two nodes that write the same rows must not wait for each other in a circle.
        DbBackend::Postgres => "ORDER BY key_id",
        // A writing transaction is alone anyway, and sorting takes a tenth of the time.
        _ => "",
    };
    let from = format!(
        "key_id, {{day}}, {{kind}}, count, 0, count FROM counts \
         WHERE EXISTS (SELECT 1 FROM keys WHERE keys.id = counts.key_id) {in_order}"
    );
    add_alike(tx, OF_KEYS, rows, kind, settled, &from).await
}

/// The same of what the keys belong to.
async fn add_of_owners(tx: &impl ConnectionTrait, rows: &[Count], kind: i64, settled: i64) -> Result<()> {
    let in_order = match tx.get_database_backend() {
        DbBackend::Postgres => "ORDER BY keys.workspace_id, keys.owner_id, keys.environment",
        _ => "",
    };
    let sum = "CAST(SUM(counts.count) AS bigint)";
    let from = format!(
        "keys.workspace_id, keys.owner_id, keys.environment, {{day}}, {{kind}}, {sum}, 0, {sum} \
         FROM counts JOIN keys ON keys.id = counts.key_id \
         GROUP BY keys.workspace_id, keys.owner_id, keys.environment {in_order}"
    );
    add_alike(tx, OF_OWNERS, rows, kind, settled, &from).await
}

async fn add_alike(
    tx: &impl ConnectionTrait,
    tables: Tables,
    rows: &[Count],
    kind: i64,
    settled: i64,
    from: &str,
) -> Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let (day, hour) = (first.hour.div_euclid(24), first.hour.rem_euclid(24));
    let mut places = Places::new(tx.get_database_backend());
    let values = places.rows(&["uuid", "bigint"], rows.len());
    let from = from
        .replace("{day}", &places.next("bigint"))
        .replace("{kind}", &places.next("bigint"));
    let Tables { days, .. } = tables;
    let columns = tables.columns();
    let unsettle = if day <= settled { ", settled = 0" } else { "" };
    let sql = format!(
        "WITH counts (key_id, count) AS (VALUES {values}) \
         INSERT INTO {days} ({columns}, day, kind, count, settled, h{hour}) SELECT {from} \
         ON CONFLICT ({columns}, day, kind) DO UPDATE SET count = {days}.count + excluded.count, \
         h{hour} = COALESCE({days}.h{hour}, 0) + excluded.h{hour}{unsettle}"
    );
    let counts = rows
        .iter()
        .flat_map(|row| -> [Value; 2] { [row.key.0.into(), row.count.into()] });
    let of_all: [Value; 2] = [day.into(), kind.into()];
    execute(tx, sql, counts.chain(of_all)).await?;
    Ok(())
}

/// Notes the last uses of keys, unless later ones are known.
pub async fn set_last_uses(tx: &impl ConnectionTrait, uses: &[(KeyId, LastUse)]) -> Result<()> {
    for rows in uses.chunks(ROWS) {
        keys::lock_all(tx, || key::Column::Id.is_in(rows.iter().map(|(id, _)| id.0))).await?;
        let values = rows.iter().flat_map(|(id, last)| -> [Value; 4] {
            [
                id.0.into(),
                last.at.millis().into(),
                last.address.as_str().into(),
                last.user_agent.as_str().into(),
            ]
        });
        let sql = format!(
            "WITH uses (id, used_at, address, agent) AS (VALUES {}) \
             UPDATE keys SET last_used_at = uses.used_at, last_used_address = uses.address, last_used_agent = uses.agent \
             FROM uses WHERE keys.id = uses.id AND (keys.last_used_at IS NULL OR keys.last_used_at < uses.used_at)",
            Places::new(tx.get_database_backend()).rows(&["uuid", "bigint", "text", "text"], rows.len())
        );
        execute(tx, sql, values).await?;
    }
    Ok(())
}
