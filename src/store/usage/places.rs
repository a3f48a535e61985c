//! Statements that are written out, and the places for values in them.

use std::fmt::Write;

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};

use crate::store::Result;

/// Places for values in a statement, in the order in which they stand there. PostgreSQL numbers them, and is told their types, which
/// it can not see from a list.
pub(super) struct Places {
    backend: DbBackend,
    taken: usize,
}

impl Places {
    pub(super) fn new(backend: DbBackend) -> Self {
        Self { backend, taken: 0 }
    }

    pub(super) fn next(&mut self, kind: &str) -> String {
        let mut text = String::new();
        self.write_next(&mut text, kind);
        text
    }

    /// So many rows, `(?, ?), (?, ?)`.
    pub(super) fn rows(&mut self, kinds: &[&str], rows: usize) -> String {
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

pub(super) async fn execute(
    tx: &impl ConnectionTrait,
    sql: String,
    values: impl IntoIterator<Item = Value>,
) -> Result<u64> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}

/// The places of such a statement are numbered on both databases: `$1`.
pub(super) async fn query(db: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Vec<QueryResult>> {
    let backend = db.get_database_backend();
    let sql = match backend {
        DbBackend::Postgres => sql.to_owned(),
        _ => sql.replace('$', "?"),
    };
    let statement = Statement::from_sql_and_values(backend, sql, values);
    Ok(db.query_all_raw(statement).await?)
}

/// As [`query`], for places that [`Places`] has written.
pub(super) async fn query_placed(
    db: &impl ConnectionTrait,
    sql: String,
    values: impl IntoIterator<Item = Value>,
) -> Result<Vec<QueryResult>> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    Ok(db.query_all_raw(statement).await?)
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
