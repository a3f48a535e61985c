//! The database itself: connecting, pragmas, transactions, backup.
//!
//! SQLite has one connection that writes (`BEGIN IMMEDIATE`, so that a transaction that reads before it writes cannot
//! fail half-way) and a pool that only reads. PostgreSQL has one pool for both. Verification has connections of its own
//! with either.

mod connection;
mod fault;
mod health;
mod location;
mod place;
mod pools;
mod postgres;
mod probe;
mod shared;
mod sqlite;
mod suspicion;
mod transaction;
mod watch;

pub use connection::Connection;
pub use location::Location;
pub use probe::{explain, probe};
pub use transaction::Tx;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use migrations::MigratorTrait;
use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

pub(super) use fault::trouble;
pub(super) use pools::connection_error;

use self::health::Health;
use self::place::Place;
use self::shared::Shared;
use self::suspicion::Suspicion;
use super::{Error, Result};
use crate::model::trouble::Trouble;

/// The number that nodes agree on for "I am migrating": the letters "keyhatch".
pub const MIGRATION_LOCK: i64 = 0x6b65_7968_6174_6368;

/// The connections.
#[derive(Clone, Debug)]
pub struct Db {
    writer: Connection,
    reader: Connection,
    verifier: Connection,
    location: Location,
    shared: Arc<Shared>,
}

impl Db {
    /// Connects, creating a SQLite file that does not exist yet. Migrates nothing.
    pub async fn connect(location: &Location) -> Result<Self> {
        Self::connect_with(location, postgres::CONNECTIONS, Arc::new(Health::new())).await
    }

    async fn connect_with(location: &Location, connections: u32, health: Arc<Health>) -> Result<Self> {
        match location {
            Location::File(path) => {
                let (place, suspicion) = (Arc::new(Place::new(path)), Arc::new(Suspicion::default()));
                let [writer, reader, verifier] = sqlite::open(path, &place, &suspicion).await?;
                Ok(Self {
                    writer: Connection::new(writer, &health).suspected_by(Arc::clone(&suspicion)),
                    reader: Connection::new(reader, &health),
                    verifier: Connection::new(verifier, &health),
                    location: location.clone(),
                    shared: Arc::new(Shared {
                        health,
                        place: Some(place),
                        suspicion: Some(suspicion),
                    }),
                })
            }
            Location::Postgres(url) => {
                let [writer, reader, verifier] = postgres::open(url, connections, &health)
                    .await?
                    .map(|pool| Connection::new(pool, &health));
                Ok(Self {
                    writer,
                    reader,
                    verifier,
                    location: location.clone(),
                    shared: Arc::new(Shared {
                        health,
                        place: None,
                        suspicion: None,
                    }),
                })
            }
        }
    }

    /// Watches whether the database answers, for as long as it is awaited. From then on nobody waits long for one that does
    /// not.
    pub async fn watch(&self) {
        watch::run(&self.location, &self.shared, &self.writer).await;
    }

    /// Why nothing can be asked now, as far as the watchdog knows.
    pub fn down(&self) -> Option<Trouble> {
        self.shared.health.down()
    }

    /// How long ago a change was last written down; nothing, when that has failed since, or when there was none yet.
    pub fn written(&self) -> Option<Duration> {
        self.shared.health.written()
    }

    /// A connection for single statements that write.
    pub fn writer(&self) -> &Connection {
        &self.writer
    }

    /// Whether several processes may serve from it at once.
    pub fn is_shared(&self) -> bool {
        matches!(self.location, Location::Postgres(_))
    }

    /// Where the data is.
    pub(super) fn location(&self) -> &Location {
        &self.location
    }

    /// Claims a SQLite file for one process that serves, until the claim is dropped: two would not hear of each other's
    /// changes. PostgreSQL serves many.
    pub fn claim(&self) -> std::io::Result<Claim> {
        let Location::File(path) = &self.location else {
            return Ok(Claim(None));
        };
        let mut name = path.clone().into_os_string();
        name.push("-serving");
        let file = std::fs::File::create(name)?;
        match file.try_lock() {
            Ok(()) => Ok(Claim(Some(file))),
            Err(std::fs::TryLockError::WouldBlock) => Err(std::io::ErrorKind::AlreadyExists.into()),
            // Not every file system has locks.
            Err(std::fs::TryLockError::Error(_)) => Ok(Claim(None)),
        }
    }

    /// The same database through connections of its own.
    pub async fn reconnect(&self) -> Result<Self> {
        Self::connect_with(&self.location, postgres::APART, Arc::clone(&self.shared.health)).await
    }

    /// Brings the schema up to date. Nodes that start together do it one after the other.
    pub async fn migrate(&self) -> Result<()> {
        let turn = match &self.location {
            Location::File(_) => None,
            Location::Postgres(_) => Some(self.begin().await?),
        };
        if let Some(turn) = &turn {
            let lock = format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})");
            turn.execute_unprepared("SET LOCAL lock_timeout = 0").await?;
            turn.execute_unprepared(&lock).await?;
        }
        migrations::Migrator::up(&self.writer.pool, None).await?;
        if let Some(turn) = turn {
            commit(turn).await?;
        }
        Ok(())
    }

    /// Whether a SQLite file is whole, by SQLite's own check; PostgreSQL looks after that itself.
    pub async fn is_whole(&self) -> Result<bool> {
        match &self.location {
            Location::File(_) => {
                let row = self
                    .reader
                    .query_one_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check"));
                let row = row
                    .await?
                    .ok_or_else(|| Error::Corrupt("no answer to a check".to_owned()))?;
                Ok(row.try_get_by_index::<String>(0)? == "ok")
            }
            Location::Postgres(_) => Ok(true),
        }
    }

    /// For reading outside of a transaction: each statement sees what was committed before it began.
    pub fn reader(&self) -> &Connection {
        &self.reader
    }

    /// Like [`Db::reader`], for what verification waits for, and nothing else: pages that read much must not keep it waiting.
    pub fn verifier(&self) -> &Connection {
        &self.verifier
    }

    /// Begins a transaction that may write.
    pub async fn begin(&self) -> Result<Tx> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        if let Err(error) = self.shared.check_place() {
            self.writer.rescue().await;
            return Err(error);
        }
        let turn = || self.writer.pool.begin_with_options(options);
        let mut begun = self.shared.health.wait_for_turn(turn()).await;
        if begun.as_ref().is_err_and(fault::is_cut_off) && self.down().is_none() {
            // Nothing has happened yet: another connection may do.
            begun = self.shared.health.wait_for_turn(turn()).await;
        }
        match begun {
            Ok(open) => Ok(Tx::new(open, &self.shared)),
            Err(error) => {
                if let Some(trouble) = trouble(&error) {
                    self.shared.health.could_not_write(trouble, &error);
                }
                Err(error.into())
            }
        }
    }

    /// Runs a statement that has no place among the nouns: `CREATE DATABASE` for a test.
    pub async fn execute(&self, sql: &str) -> Result<()> {
        self.writer.execute_unprepared(sql).await?;
        Ok(())
    }

    /// Copies a SQLite database to `file`, consistent as of now, while it is in use.
    pub async fn backup(&self, file: &Path) -> Result<()> {
        match &self.location {
            Location::File(_) => {
                let file = file.display().to_string().replace('\'', "''");
                // Past the patience of whoever waits for a turn: a large file takes as long as it takes.
                let copy = format!("VACUUM INTO '{file}'");
                self.writer.pool.execute_unprepared(&copy).await?;
                Ok(())
            }
            Location::Postgres(_) => Err(Error::Database(DbErr::Custom(
                "back up a PostgreSQL database with pg_dump; it is safe while Keyhatch runs".to_owned(),
            ))),
        }
    }

    /// Closes the connections after what is running has ended.
    pub async fn close(self) -> Result<()> {
        self.verifier.close().await?;
        self.reader.close().await?;
        self.writer.close().await?;
        Ok(())
    }
}

/// See [`Db::claim`].
#[derive(Debug)]
pub struct Claim(#[expect(dead_code, reason = "held, not read")] Option<std::fs::File>);

/// Commits; a function of ours so that the domain need not name sea-orm.
pub async fn commit(tx: Tx) -> Result<()> {
    tx.commit().await
}

pub(super) use postgres::listener;

#[cfg(test)]
mod tests {
    mod plans;
    mod spoken;
    mod usage;

    use super::*;

    async fn pragma(connection: &Connection, name: &str) -> String {
        let ask = Statement::from_string(DbBackend::Sqlite, format!("PRAGMA {name}"));
        let row = connection.query_one_raw(ask).await.unwrap().unwrap();
        let number = row.try_get_by_index::<i64>(0).map(|number| number.to_string());
        number.or_else(|_| row.try_get_by_index::<String>(0)).unwrap()
    }

    #[tokio::test]
    async fn what_was_committed_outlives_a_power_cut() {
        let folder = tempfile::tempdir().unwrap();
        let location = Location::File(folder.path().join("k.db"));
        let db = Db::connect(&location).await.unwrap();
        db.migrate().await.unwrap();
        assert_eq!(pragma(&db.writer, "journal_mode").await, "wal");
        assert_eq!(pragma(&db.writer, "synchronous").await, "2", "FULL");
        for connection in [&db.writer, &db.reader] {
            assert_eq!(pragma(connection, "foreign_keys").await, "1");
            assert_eq!(pragma(connection, "secure_delete").await, "1");
        }
        assert!(db.is_whole().await.unwrap());
        assert!(db.reader.execute_unprepared("DELETE FROM accounts").await.is_err());
    }

    #[test]
    fn a_location_keeps_its_password_to_itself() {
        let location = Location::parse("postgres://keyhatch:hunter2@db/keyhatch").unwrap();
        assert!(!format!("{location:?}").contains("hunter2"));
    }
}
