//! Writing down what was counted of many keys. This is most of what verification asks of the database, so the statements are
//! written out: built from entities, they would take several times as long.

use std::fmt::Write;

use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, Statement, Value};

use super::Count;
use crate::model::ids::KeyId;
use crate::model::key::LastUse;
use crate::store::entities::key;
use crate::store::{Result, keys};

/// Rows in a statement. Four values a row: far below what either database binds in one statement.
const ROWS: usize = 500;

/// Adds to the counts, where the key is still there.
pub async fn add(tx: &impl ConnectionTrait, counts: &[Count]) -> Result<()> {
    let in_order = match tx.get_database_backend() {
        // Two nodes that write the same rows must not wait for each other in a circle.
        DbBackend::Postgres => "ORDER BY key_id, hour, outcome",
        // A writing transaction is alone anyway, and sorting takes a tenth of the time.
        _ => "",
    };
    for rows in counts.chunks(ROWS) {
        let values = rows.iter().flat_map(|row| -> [Value; 4] {
            [
                row.key.0.into(),
                row.hour.into(),
                row.outcome.as_ref().into(),
                row.count.into(),
            ]
        });
        let sql = format!(
            "WITH counts (key_id, hour, outcome, count) AS (VALUES {}) \
             INSERT INTO usage_hours (key_id, hour, outcome, count) SELECT key_id, hour, outcome, count FROM counts \
             WHERE EXISTS (SELECT 1 FROM keys WHERE keys.id = counts.key_id) {in_order} \
             ON CONFLICT (key_id, hour, outcome) DO UPDATE SET count = usage_hours.count + excluded.count",
            places(
                tx.get_database_backend(),
                ["uuid", "bigint", "text", "bigint"],
                rows.len()
            )
        );
        execute(tx, sql, values).await?;
    }
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
            places(
                tx.get_database_backend(),
                ["uuid", "bigint", "text", "text"],
                rows.len()
            )
        );
        execute(tx, sql, values).await?;
    }
    Ok(())
}

async fn execute(tx: &impl ConnectionTrait, sql: String, values: impl Iterator<Item = Value>) -> Result<()> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    tx.execute_raw(statement).await?;
    Ok(())
}

/// Places for so many rows of values, `(?, ?), (?, ?)`. PostgreSQL is told their types, which it can not see from a list.
fn places(backend: DbBackend, types: [&str; 4], rows: usize) -> String {
    let mut text = String::with_capacity(rows * 16);
    let mut place = 0;
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for (column, kind) in types.iter().enumerate() {
            text.push_str(if column == 0 { "" } else { ", " });
            place += 1;
            match backend {
                // Writing to a string does not fail.
                DbBackend::Postgres => drop(write!(text, "CAST(${place} AS {kind})")),
                _ => text.push('?'),
            }
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_where_they_have_to_be() {
        let types = ["uuid", "bigint", "text", "text"];
        assert_eq!(places(DbBackend::Sqlite, types, 2), "(?, ?, ?, ?), (?, ?, ?, ?)");
        assert_eq!(
            places(DbBackend::Postgres, types, 2),
            "(CAST($1 AS uuid), CAST($2 AS bigint), CAST($3 AS text), CAST($4 AS text)), \
             (CAST($5 AS uuid), CAST($6 AS bigint), CAST($7 AS text), CAST($8 AS text))"
        );
    }
}
