//! `keyhatch serve`: listens until it is told to stop, then finishes what runs.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failure, Files, print};
use crate::app::{self, Application};
use crate::clock::SystemClock;
use crate::domain::{App, accounts};
use crate::random::SystemRandom;
use crate::telemetry;

/// Libraries speak when something is wrong, Keyhatch also when all is well.
const LOG: &str = "warn,keyhatch=info";

/// How long the database may take to close.
const CLOSING: Duration = Duration::from_secs(3);

pub(super) async fn run(files: &Files) -> Result<(), Failure> {
    let config = files.config()?;
    telemetry::start(config.log.as_deref().unwrap_or(LOG), config.log_json)?;
    allow_open_files();
    let mut stop = StopSignals::listen()?;
    let mut application = Application::build(&config, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    let app = application.app.clone();
    let _claim = app.db.claim().map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::sentence("Another Keyhatch serves this database already: stop it first."),
        _ => Failure::from(anyhow::Error::new(error)),
    })?;
    let listening = app::listen_to_changes(&app).await.map_err(anyhow::Error::new)?;
    print(&format!("Keyhatch is listening on {}", application.address()))?;
    greet(&app).await?;

    let metrics = application.metrics_server()?.map(tokio::spawn);
    let server = application.server(None)?;
    let handle = server.handle();
    let beside = tokio::spawn(app::run_beside(app.clone()));
    let delivering = tokio::spawn(app::deliver(app.clone()));
    let mut serving = tokio::spawn(server);
    tokio::select! {
        () = stop.received() => {}
        ended = &mut serving => {
            ended.map_err(anyhow::Error::new)?.map_err(anyhow::Error::new)?;
        }
    }
    tracing::info!("stopping: what runs may finish; a second signal stops at once");
    // From here on nothing is claimed: what is under way ends while the server does.
    app.dispatch.stop();
    tokio::select! {
        () = handle.stop(true) => {}
        () = stop.received() => handle.stop(false).await,
    }
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    // Usage that is being written down is never cut off: the last flush waits for it, and only then its task is ended.
    listening.abort();
    tokio::select! {
        _ = delivering => {}
        () = stop.received() => {}
    }
    app::finish(&app).await;
    beside.abort();
    // A PostgreSQL connection of a worker that has ended may never answer again.
    let _ = tokio::time::timeout(CLOSING, app.db.clone().close()).await;
    tracing::info!("stopped");
    Ok(())
}

/// While nobody has an account, whoever reads this may make the first one.
async fn greet(app: &App) -> Result<(), Failure> {
    if let Some(link) = accounts::first_link(app).await? {
        print(&format!("Make the first account (this link works once): {link}"))?;
    }
    Ok(())
}

/// Ctrl-C at a terminal, and what process managers send.
struct StopSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl StopSignals {
    fn listen() -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Connections stay open for as long as whoever opened them wants, and each is an open file: as many as this process may have,
/// instead of the 1,024 that most systems begin with for the sake of older programs.
fn allow_open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::warn!(%error, "the limit of open files stays where it is");
    }
}
