//! Opening a SQLite file: one connection that writes, a pool that reads, and one that verification has for itself.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::ConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sea_orm::{DatabaseConnection, SqlxSqliteConnector};

use super::place::Place;
use super::pools::{ACQUIRE, VERIFIERS, connection_error};
use super::suspicion::Suspicion;
use crate::store::Result;

pub(super) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // A revocation that was answered must outlive a power cut: NORMAL could lose the last commits.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(10))
        .pragma("secure_delete", "on")
        .disable_statement_logging()
}

/// Writer, reader and verifier.
pub(super) async fn open(
    path: &Path,
    place: &Arc<Place>,
    suspicion: &Arc<Suspicion>,
) -> Result<[DatabaseConnection; 3]> {
    let options = options(path);
    let (place, suspicion) = (Arc::clone(place), Arc::clone(suspicion));
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(ACQUIRE)
        .after_connect(move |_, _| {
            place.opened();
            Box::pin(async { Ok(()) })
        })
        .after_release(move |connection, _| {
            let suspicion = Arc::clone(&suspicion);
            Box::pin(async move { Ok(suspicion.is_cleared(connection).await) })
        })
        .connect_with(options.clone().create_if_missing(true))
        .await
        .map_err(connection_error)?;
    // A file that has vanished is missed, and not made again as an empty one.
    writer.set_connect_options(options.clone());
    let reader = SqlitePoolOptions::new()
        .max_connections(4)
        .acquire_timeout(ACQUIRE)
        .connect_with(options.clone().read_only(true))
        .await
        .map_err(connection_error)?;
    let verifier = SqlitePoolOptions::new()
        .max_connections(VERIFIERS)
        .acquire_timeout(ACQUIRE)
        .connect_lazy_with(options.read_only(true));
    Ok([writer, reader, verifier].map(SqlxSqliteConnector::from_sqlx_sqlite_pool))
}
