//! Before anything is opened: whether the database can be what Keyhatch needs, and if not, why, in a sentence for the operator.

use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use sea_orm::sqlx::{self, ConnectOptions, Connection, PgConnection, Row};

use super::{Location, fault, postgres};
use crate::model::trouble::Trouble;
use crate::store::Error;

/// How long a PostgreSQL that is still starting is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long anything else about it may take.
const ANSWER: Duration = Duration::from_secs(5);

/// A half-sentence behind the name of the setting, when the database cannot be used.
pub async fn probe(location: &Location) -> Result<(), String> {
    match location {
        Location::File(path) => probe_file(path),
        Location::Postgres(url) => probe_server(url).await,
    }
}

/// Why an error came about, in a half-sentence behind the name of the setting.
pub fn explain(error: &Error, location: &Location) -> String {
    let (Error::Database(error) | Error::Unavailable(_, error)) = error else {
        return error.to_string();
    };
    let reason = fault::reason(error);
    let Location::File(path) = location else { return reason };
    let path = path.display();
    match fault::trouble(error) {
        Some(Trouble::Vanished) => {
            format!(
                "{path} cannot be opened: let the user that Keyhatch runs as read and write it, and its directory (chown)"
            )
        }
        Some(Trouble::ReadOnly) => {
            format!(
                "{path} cannot be written to: let the user that Keyhatch runs as write it, and its directory (chown)"
            )
        }
        Some(Trouble::Held) => format!("{path} is locked by another process: stop that first"),
        Some(Trouble::Corrupt) => format!("{path} is damaged ({reason}): restore a backup"),
        Some(Trouble::Full) => format!("{path} has no room left: make some on its disk"),
        _ => format!("{path}: {reason}"),
    }
}

fn probe_file(path: &Path) -> Result<(), String> {
    let shown = path.display();
    let directory = path.parent().filter(|directory| !directory.as_os_str().is_empty());
    if let Some(directory) = directory.filter(|directory| !directory.is_dir()) {
        return Err(format!(
            "{shown}: there is no directory {}; make it first",
            directory.display()
        ));
    }
    if path.is_dir() {
        return Err(format!("{shown} is a directory: name the file in it"));
    }
    let mut file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(_) => {
            return Err(format!(
                "{shown} cannot be read: let the user that Keyhatch runs as read and write it (chown)"
            ));
        }
    };
    let mut begins = Vec::new();
    let read = file.by_ref().take(16).read_to_end(&mut begins);
    if read.is_ok() && !begins.is_empty() && begins != b"SQLite format 3\0" {
        return Err(format!(
            "{shown} is no SQLite database: name another file, or restore a backup"
        ));
    }
    Ok(())
}

async fn probe_server(url: &str) -> Result<(), String> {
    let options = postgres::options(url).map_err(|error| error.to_string())?;
    let began = Instant::now();
    let one = loop {
        match answer(options.connect()).await {
            Ok(connection) => break connection,
            Err(error) if may_be_starting(&error) && began.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            Err(error) => return Err(unreachable(&error, &options)),
        }
    };
    let other = answer(options.connect())
        .await
        .map_err(|error| unreachable(&error, &options))?;
    match answer(are_sessions(one, other)).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(POOLED.to_owned()),
        // What PgBouncer says to BEGIN with pool_mode = statement.
        Err(error) if error.to_string().contains("statement pooling") => Err(POOLED.to_owned()),
        Err(error) => Err(unreachable(&error, &options)),
    }
}

const POOLED: &str = "a pooler there hands each transaction to another session (PgBouncer with pool_mode = transaction or \
     statement), but Keyhatch needs sessions of its own for LISTEN, prepared statements and SET lock_timeout: use pool_mode = \
     session for this database, or a URL that leads to PostgreSQL directly";

/// Whether each connection keeps its session. What one has set, only that one may see, and again in its next transaction, also
/// while the other holds one open.
async fn are_sessions(mut one: PgConnection, mut other: PgConnection) -> Result<bool, sqlx::Error> {
    const SEEN: &str = "SELECT coalesce(current_setting('keyhatch.session', true), '')";
    // Not prepared: that is one of the things that may not work.
    let set = "SELECT set_config('keyhatch.session', md5(random()::text || clock_timestamp()::text), false)";
    let mine: String = sqlx::raw_sql(set).fetch_one(&mut one).await?.try_get(0)?;
    sqlx::raw_sql("BEGIN").execute(&mut other).await?;
    let by_other: String = sqlx::raw_sql(SEEN).fetch_one(&mut other).await?.try_get(0)?;
    let is_shared = by_other == mine;
    // With a single session behind the pooler, this would wait for the other one.
    let is_kept = !is_shared && sqlx::raw_sql(SEEN).fetch_one(&mut one).await?.try_get::<String, _>(0)? == mine;
    sqlx::raw_sql("ROLLBACK").execute(&mut other).await?;
    let _ = (one.close().await, other.close().await);
    Ok(is_kept)
}

async fn answer<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let patient = tokio::time::timeout(ANSWER, asked).await;
    patient.unwrap_or_else(|_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into())))
}

fn may_be_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        // cannot_connect_now
        sqlx::Error::Database(error) => error.code().as_deref() == Some("57P03"),
        _ => false,
    }
}

fn unreachable(error: &sqlx::Error, options: &sqlx::postgres::PgConnectOptions) -> String {
    let place = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let user = options.get_username();
    let database = options.get_database().unwrap_or(user);
    let said = fault::reason_of_driver(error);
    match error {
        sqlx::Error::Database(error) => match error.code().as_deref().unwrap_or_default() {
            "28P01" | "28000" => format!(
                "PostgreSQL at {place} does not let “{user}” in ({said}): check user and password (special characters in them are \
                 percent-encoded)"
            ),
            "3D000" => format!(
                "PostgreSQL at {place} has no database “{database}”: make it (createdb {database}), or name another"
            ),
            "42501" => format!("“{user}” may not use the database “{database}” at {place}: grant that first ({said})"),
            "53300" => format!("PostgreSQL at {place} has no connection left ({said}): raise max_connections there"),
            _ => format!("PostgreSQL at {place} refuses the connection: {said}"),
        },
        sqlx::Error::Io(_) => {
            format!("no PostgreSQL answers at {place} ({said}): check host and port, and whether it runs")
        }
        sqlx::Error::Tls(_) => {
            format!("no encrypted connection to {place} ({said}): see sslmode and sslrootcert in the URL")
        }
        _ => format!("PostgreSQL at {place}: {said}"),
    }
}
