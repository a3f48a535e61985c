//! The watchdog: asks the database four times a second, on a connection of its own, whether it is there. Whoever waits for an
//! answer that will not come is told so, and nobody else begins to wait.

use std::time::{Duration, Instant};

use sea_orm::sqlx::{self, ConnectOptions, Executor, PgConnection, SqliteConnection};

use super::connection::Connection;
use super::shared::Shared;
use super::{Location, fault, postgres, sqlite};
use crate::model::trouble::Trouble;

/// Between two questions.
const EVERY: Duration = Duration::from_millis(250);

/// How long an answer may take, connecting included.
const PATIENCE: Duration = Duration::from_millis(1_400);

/// Whoever wakes up so much later than they wanted to knows of a busy machine, and nothing of the database.
const OVERSLEPT: Duration = Duration::from_millis(250);

/// Watches until it is dropped.
pub(super) async fn run(location: &Location, shared: &Shared, writer: &Connection) {
    shared.health.hurry();
    let mut watchdog = Watchdog { location, line: None };
    loop {
        let began = Instant::now();
        let found = match tokio::time::timeout(PATIENCE, watchdog.ask()).await {
            Ok(Ok(())) => None,
            Ok(Err(error)) => {
                let trouble = fault::trouble_of_driver(&error).unwrap_or(Trouble::Gone);
                shared.health.say(trouble, &error);
                Some(trouble)
            }
            Err(_) if began.elapsed() > PATIENCE + OVERSLEPT => {
                watchdog.line = None;
                continue;
            }
            Err(_) => {
                shared.health.say(Trouble::Gone, &"no answer in more than a second");
                Some(Trouble::Gone)
            }
        };
        if found.is_some() {
            watchdog.line = None;
        }
        shared.health.found(found);
        if shared.check_place().is_err() {
            writer.rescue().await;
        }
        tokio::time::sleep(EVERY).await;
    }
}

struct Watchdog<'a> {
    location: &'a Location,
    line: Option<Line>,
}

enum Line {
    File(SqliteConnection),
    Postgres(PgConnection),
}

impl Line {
    async fn ask(self) -> Result<Self, sqlx::Error> {
        match self {
            Self::File(mut file) => {
                file.execute("SELECT 1 FROM sqlite_schema LIMIT 1").await?;
                Ok(Self::File(file))
            }
            Self::Postgres(mut server) => {
                server.execute("SELECT 1").await?;
                Ok(Self::Postgres(server))
            }
        }
    }
}

impl Watchdog<'_> {
    async fn ask(&mut self) -> Result<(), sqlx::Error> {
        // A line that is in use when time runs out, or that was cut, is gone. The next one may do: it is not the database.
        if let Some(line) = self.line.take()
            && let Ok(line) = line.ask().await
        {
            self.line = Some(line);
            return Ok(());
        }
        self.line = Some(self.connect().await?.ask().await?);
        Ok(())
    }

    async fn connect(&self) -> Result<Line, sqlx::Error> {
        match self.location {
            Location::File(path) => Ok(Line::File(sqlite::options(path).read_only(true).connect().await?)),
            Location::Postgres(url) => {
                let options = postgres::options(url).map_err(|error| sqlx::Error::Configuration(error.into()))?;
                Ok(Line::Postgres(options.connect().await?))
            }
        }
    }
}
