//! Writing down what was counted of many keys. This is most of what verification asks of the database, so the statements are
//! written out: built from entities, they would take several times as long.

use std::fmt::Write;

use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, Statement, Value};

use super::Count;
use crate::model::ids::KeyId;
use crate::model::key::LastUse;
use crate::store::entities::key;
use crate::store::{Result, keys};

/// Rows in a statement. At most four values a row: far below what either database binds in one statement.
const ROWS: usize = 500;

/// Adds to the counts, where the key is still there. Those of one hour and outcome are written together if they stand together.
pub async fn add(tx: &impl ConnectionTrait, counts: &[Count]) -> Result<()> {
    for alike in counts.chunk_by(|one, next| one.hour == next.hour && one.outcome == next.outcome) {
        for rows in alike.chunks(ROWS) {
            add_alike(tx, rows).await?;
        }
    }
    Ok(())
}

/// Of one hour and outcome: most of what is written is, and what is said once takes less time.
async fn add_alike(tx: &impl ConnectionTrait, rows: &[Count]) -> Result<()> {
    let Some(first) = rows.first() else { return Ok(()) };
    let backend = tx.get_database_backend();
    let in_order = match backend {
        // Two nodes that write the same rows must not wait for each other in a circle.
        DbBackend::Postgres => "ORDER BY key_id",
        // A writing transaction is alone anyway, and sorting takes a tenth of the time.
        _ => "",
    };
    let mut places = Places::new(backend);
    let values = places.rows(&["uuid", "bigint"], rows.len());
    let (hour, outcome) = (places.next("bigint"), places.next("text"));
    let sql = format!(
        "WITH counts (key_id, count) AS (VALUES {values}) \
         INSERT INTO usage_hours (key_id, hour, outcome, count) SELECT key_id, {hour}, {outcome}, count FROM counts \
         WHERE EXISTS (SELECT 1 FROM keys WHERE keys.id = counts.key_id) {in_order} \
         ON CONFLICT (key_id, hour, outcome) DO UPDATE SET count = usage_hours.count + excluded.count"
    );
    let counts = rows
        .iter()
        .flat_map(|row| -> [Value; 2] { [row.key.0.into(), row.count.into()] });
    let of_all: [Value; 2] = [first.hour.into(), first.outcome.as_ref().into()];
    execute(tx, sql, counts.chain(of_all)).await
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

async fn execute(tx: &impl ConnectionTrait, sql: String, values: impl Iterator<Item = Value>) -> Result<()> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    tx.execute_raw(statement).await?;
    Ok(())
}

/// Places for values in a statement, in the order in which they stand there. PostgreSQL numbers them, and is told their types, which
/// it can not see from a list.
struct Places {
    backend: DbBackend,
    taken: usize,
}

impl Places {
    fn new(backend: DbBackend) -> Self {
        Self { backend, taken: 0 }
    }

    fn next(&mut self, kind: &str) -> String {
        let mut text = String::new();
        self.write_next(&mut text, kind);
        text
    }

    /// So many rows, `(?, ?), (?, ?)`.
    fn rows(&mut self, kinds: &[&str], rows: usize) -> String {
        let mut text = String::with_capacity(rows * 16);
        for row in 0..rows {
            text.push_str(if row == 0 { "(" } else { ", (" });
            for (column, kind) in kinds.iter().enumerate() {
                text.push_str(if column == 0 { "" } else { ", " });
                self.write_next(&mut text, kind);
            }
            text.push(')');
        }
        text
    }

    fn write_next(&mut self, text: &mut String, kind: &str) {
        self.taken += 1;
        match self.backend {
            // Writing to a string does not fail.
            DbBackend::Postgres => drop(write!(text, "CAST(${} AS {kind})", self.taken)),
            _ => text.push('?'),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered_where_they_have_to_be() {
        let kinds = ["uuid", "bigint"];
        let mut places = Places::new(DbBackend::Sqlite);
        assert_eq!(places.rows(&kinds, 2), "(?, ?), (?, ?)");
        assert_eq!(places.next("text"), "?");
        let mut places = Places::new(DbBackend::Postgres);
        assert_eq!(
            places.rows(&kinds, 2),
            "(CAST($1 AS uuid), CAST($2 AS bigint)), (CAST($3 AS uuid), CAST($4 AS bigint))"
        );
        assert_eq!(places.next("text"), "CAST($5 AS text)");
    }
}
