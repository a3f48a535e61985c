//! Telling what an error of the database means: is the storage in trouble, and may a transaction in which it happened go on?

use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

use crate::model::trouble::Trouble;

/// What tokio says when a runtime is asked that is being shut down.
const RUNTIME_STOPS: &str = "context was found, but it is being shutdown";

/// The trouble behind an error; nothing for one that is about the statement or its values.
pub(in crate::store) fn trouble(error: &DbErr) -> Option<Trouble> {
    match error {
        DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) => Some(Trouble::Held),
        DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed) => Some(Trouble::Gone),
        _ => trouble_of_driver(driver(error)?),
    }
}

/// Whether a transaction in which this happened must not be committed. SQLite goes on after a constraint has refused a
/// row; anything worse may have rolled it back. PostgreSQL goes on after nothing, and calls the `COMMIT` a success.
pub(super) fn breaks(error: &DbErr) -> bool {
    match driver(error) {
        Some(sqlx::Error::Database(error)) => sqlite_code(&**error).is_none_or(|code| code & 0xff != SQLITE_CONSTRAINT),
        // A row that reads otherwise than expected says nothing about the connection.
        Some(
            sqlx::Error::RowNotFound
            | sqlx::Error::TypeNotFound { .. }
            | sqlx::Error::ColumnIndexOutOfBounds { .. }
            | sqlx::Error::ColumnNotFound(_)
            | sqlx::Error::ColumnDecode { .. }
            | sqlx::Error::Decode(_),
        ) => false,
        Some(_) => true,
        None => matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)),
    }
}

/// Whether the connection that was asked is gone: another one may answer.
pub(super) fn is_cut_off(error: &DbErr) -> bool {
    match driver(error) {
        Some(sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed) => true,
        Some(sqlx::Error::Database(error)) => {
            let state = error.code().unwrap_or_default();
            // connection_exception, admin_shutdown, crash_shutdown, and sessions that timed out
            sqlite_code(&**error).is_none()
                && (state.starts_with("08") || matches!(&*state, "57P01" | "57P02" | "57P05" | "25P03"))
        }
        _ => false,
    }
}

/// What the database itself said, once: each layer above repeats it.
pub(super) fn reason(error: &DbErr) -> String {
    driver(error).map_or_else(|| error.to_string(), reason_of_driver)
}

pub(super) fn reason_of_driver(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        sqlx::Error::Io(error) => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or_default().to_owned()
        }
        other => other.to_string(),
    }
}

/// An error for what is not asked at all, because of known trouble.
pub(super) fn not_asked(trouble: Trouble) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(
        sqlx::Error::Protocol(trouble.reason().to_owned()).into(),
    ))
}

fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

pub(super) fn trouble_of_driver(error: &sqlx::Error) -> Option<Trouble> {
    match error {
        sqlx::Error::Database(error) => match sqlite_code(&**error) {
            Some(code) => trouble_of_sqlite(code),
            None => trouble_of_postgres(&error.code().unwrap_or_default()),
        },
        sqlx::Error::PoolTimedOut => Some(Trouble::Held),
        // A connection lives on the runtime that opened it: while the process stops, that may be gone, and the database is well.
        sqlx::Error::Io(error) if error.to_string().contains(RUNTIME_STOPS) => None,
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        | sqlx::Error::InvalidSavePointStatement => Some(Trouble::Gone),
        _ => None,
    }
}

fn sqlite_code(error: &dyn DatabaseError) -> Option<i32> {
    error.try_downcast_ref::<SqliteError>()?.code()?.parse().ok()
}

const SQLITE_CONSTRAINT: i32 = 19;

/// <https://www.sqlite.org/rescode.html>; the lowest byte is the primary code.
fn trouble_of_sqlite(code: i32) -> Option<Trouble> {
    match code & 0xff {
        // BUSY, LOCKED, PROTOCOL
        5 | 6 | 15 => Some(Trouble::Held),
        // NOMEM, IOERR
        7 | 10 => Some(Trouble::Disk),
        // PERM, READONLY
        3 | 8 => Some(Trouble::ReadOnly),
        // CORRUPT, NOTADB
        11 | 26 => Some(Trouble::Corrupt),
        // FULL
        13 => Some(Trouble::Full),
        // CANTOPEN
        14 => Some(Trouble::Vanished),
        _ => None,
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn trouble_of_postgres(state: &str) -> Option<Trouble> {
    match state {
        // disk_full
        "53100" => Some(Trouble::Full),
        // read_only_sql_transaction: also what a standby says
        "25006" => Some(Trouble::ReadOnly),
        // lock_not_available, query_canceled, serialization_failure, deadlock_detected
        "55P03" | "57014" | "40001" | "40P01" => Some(Trouble::Held),
        // io_error, undefined_file, duplicate_file
        "58030" | "58P01" | "58P02" => Some(Trouble::Disk),
        // idle_in_transaction_session_timeout, transaction_timeout, invalid_catalog_name
        "25P03" | "25P04" | "3D000" => Some(Trouble::Gone),
        _ => match state.get(..2)? {
            // connection_exception, insufficient_resources, operator_intervention, system_error, and who may not sign in
            "08" | "53" | "57" | "58" | "28" => Some(Trouble::Gone),
            // data_corrupted, index_corrupted, internal_error
            "XX" => Some(Trouble::Corrupt),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_that_stops_says_nothing_of_the_database() {
        let said = "A Tokio 1.x context was found, but it is being shutdown.";
        for (text, trouble) in [(said, None), ("broken pipe", Some(Trouble::Gone))] {
            let error = sqlx::Error::Io(std::io::Error::other(text));
            assert_eq!(trouble_of_driver(&error), trouble, "{text}");
        }
    }

    #[test]
    fn codes_of_both_databases() {
        for (code, trouble) in [
            (13, Some(Trouble::Full)),
            (10 | (12 << 8), Some(Trouble::Disk)),
            (5 | (1 << 8), Some(Trouble::Held)),
            (8 | (4 << 8), Some(Trouble::ReadOnly)),
            (26, Some(Trouble::Corrupt)),
            (19, None),
            (1, None),
        ] {
            assert_eq!(trouble_of_sqlite(code), trouble, "{code}");
        }
        for (state, trouble) in [
            ("53100", Some(Trouble::Full)),
            ("53300", Some(Trouble::Gone)),
            ("57P01", Some(Trouble::Gone)),
            ("25006", Some(Trouble::ReadOnly)),
            ("25P03", Some(Trouble::Gone)),
            ("55P03", Some(Trouble::Held)),
            ("XX001", Some(Trouble::Corrupt)),
            ("23505", None),
            ("42P01", None),
            ("", None),
        ] {
            assert_eq!(trouble_of_postgres(state), trouble, "{state}");
        }
    }
}
