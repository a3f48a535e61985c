//! Connecting to PostgreSQL: one pool that reads and writes, and one that verification has for itself.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use sea_orm::sqlx::{ConnectOptions, Connection, Executor, PgConnection};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector};

use super::health::Health;
use super::pools::{ACQUIRE, VERIFIERS, connection_error};
use crate::store::Result;

/// With those of verification, of webhooks and mail ([`APART`]), of the watchdog and of who listens it is 19: PgBouncer gives a
/// database 20.
pub(super) const CONNECTIONS: u32 = 10;

/// Of those that work apart from requests: webhooks and mail; and of the last who writes when a process ends.
pub(super) const APART: u32 = 4;

/// A connection that was not used for as long is asked whether it still lives.
const FRESH: Duration = Duration::from_secs(1);

/// How long it may take to say so.
const PING: Duration = Duration::from_millis(500);

/// Nobody waits longer for a row that somebody else holds.
const LOCK_TIMEOUT: &str = "SET lock_timeout = '5s'";

pub(super) fn options(url: &str) -> Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url).map_err(connection_error)?;
    // PgBouncer knows none of it, and refuses a connection that asks for it; results come in binary, where it changes nothing.
    Ok(options.extra_float_digits(None).disable_statement_logging())
}

/// A connection that listens. It has nothing to time out from.
pub(in crate::store) async fn listener(url: &str) -> Result<PgListener> {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None);
    let pool = pool.connect_with(options(url)?).await.map_err(connection_error)?;
    let mut listener = PgListener::connect_with(&pool).await.map_err(connection_error)?;
    listener.ignore_pool_close_event(true);
    Ok(listener)
}

/// Writer, reader and verifier.
pub(super) async fn open(url: &str, size: u32, health: &Arc<Health>) -> Result<[DatabaseConnection; 3]> {
    let options = options(url)?;
    let pool = pool(size, health)
        .connect_with(options.clone())
        .await
        .map_err(connection_error)?;
    let verifier = self::pool(VERIFIERS, health).connect_lazy_with(options);
    Ok([pool.clone(), pool, verifier].map(SqlxPostgresConnector::from_sqlx_postgres_pool))
}

fn pool(size: u32, health: &Arc<Health>) -> PgPoolOptions {
    let health = Arc::clone(health);
    PgPoolOptions::new()
        .max_connections(size)
        .acquire_timeout(ACQUIRE)
        .after_connect(|connection, _| Box::pin(async move { connection.execute(LOCK_TIMEOUT).await.map(|_| ()) }))
        .test_before_acquire(false)
        .before_acquire(move |connection, about| {
            let came_back = health.came_back();
            Box::pin(async move {
                // One from before the database was away may be dead without knowing it.
                if came_back.is_some_and(|at| about.age > at.elapsed()) {
                    return Ok(false);
                }
                Ok(about.idle_for < FRESH || lives(connection).await)
            })
        })
        .after_release(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
}

async fn lives(connection: &mut PgConnection) -> bool {
    tokio::time::timeout(PING, connection.ping())
        .await
        .is_ok_and(|pong| pong.is_ok())
}
