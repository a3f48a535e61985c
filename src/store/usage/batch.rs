//! Writing down what was counted of many keys. This is most of what verification asks of the database, so the statements are
//! written out: built from entities, they would take several times as long.

use std::fmt::Write;

use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};

use super::Count;
use crate::model::ids::KeyId;
use crate::model::key::LastUse;
use crate::store::Result;

/// Rows in a statement. Four values a row: far below what either database binds in one statement.
const ROWS: usize = 500;

/// How long a row that somebody is changing is waited for. Less than PostgreSQL takes to look for a circle (`deadlock_timeout`,
/// one second): whoever changes two keys while their usage is written must not be the one who has to give way.
const PATIENCE: &str = "SET LOCAL lock_timeout = '300ms'";

/// Lets this transaction fail when it would have to wait long for somebody else's. In SQLite writers do not meet.
pub async fn give_way(tx: &impl ConnectionTrait) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(PATIENCE).await?;
    }
    Ok(())
}

/// Adds to the counts, where the key is still there.
pub async fn add(tx: &impl ConnectionTrait, counts: &[Count]) -> Result<()> {
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
             WHERE EXISTS (SELECT 1 FROM keys WHERE keys.id = counts.key_id) \
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
