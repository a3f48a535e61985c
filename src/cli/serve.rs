//! `keyhatch serve`: listens until it is told to stop, then finishes what runs.

use std::future::Future;
use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select_all;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use super::output::print;
use super::{Failure, Files, files};
use crate::app::{self, Application};
use crate::clock::SystemClock;
use crate::config::Config;
use crate::domain::{App, accounts};
use crate::random::SystemRandom;
use crate::store::db::Claim;
use crate::telemetry;

/// Libraries speak when something is wrong, Keyhatch also when all is well.
const LOG: &str = "warn,keyhatch=info";

/// How long the database may take to close.
const CLOSING: Duration = Duration::from_secs(3);

/// How long the last counts may take to be written once somebody has become impatient.
const IMPATIENCE: Duration = Duration::from_secs(5);

pub(super) async fn run(files: &Files) -> Result<(), Failure> {
    let mut stop = StopSignals::listen()?;
    let config = files.config()?;
    telemetry::start(&config, LOG)?;
    files::warn_of_unknown_variables(&config);
    allow_open_files();
    outlive_full_files()?;
    // In a task of its own: starting may wait for files that others have locked, and must not keep a signal waiting.
    let mut starting = tokio::spawn(start(config));
    let started = tokio::select! {
        started = &mut starting => started.map_err(anyhow::Error::new)??,
        () = stop.received() => {
            // Whatever transaction was open is rolled back, and the next start begins where this one did.
            starting.abort();
            tracing::info!("stopped before it served anybody");
            return Ok(());
        }
    };
    let Started {
        mut application,
        claim: _claim,
        listening,
    } = started;
    let app = application.app.clone();

    let metrics = application.metrics_server()?.map(tokio::spawn);
    let stopping = application.stopping();
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
    app::stop_delivering(&app);
    stopping.begin();
    stop.unless_repeated(handle.stop(true)).await;
    if let Some(metrics) = metrics {
        metrics.abort();
    }
    // Usage that is being written down is never cut off: the last flush waits for it, and only then its task is ended.
    listening.abort();
    stop.unless_repeated(delivering).await;
    let mut counted = pin!(app::write_down(&app));
    if stop.unless_repeated(&mut counted).await.is_none() && tokio::time::timeout(IMPATIENCE, counted).await.is_err() {
        tracing::error!("the database took too long: the last usage could not be written down");
    }
    beside.abort();
    // A PostgreSQL connection of a worker that has ended may never answer again.
    let _ = tokio::time::timeout(CLOSING, app.db.clone().close()).await;
    tracing::info!("stopped");
    Ok(())
}

/// What is there once everything is ready to serve.
struct Started {
    application: Application,
    /// That no other process serves this database.
    claim: Claim,
    listening: JoinHandle<()>,
}

async fn start(config: Config) -> Result<Started, Failure> {
    let application = Application::build(&config, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
    let app = application.app.clone();
    let claim = app.db.claim().map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::sentence("Another Keyhatch serves this database already: stop it first."),
        _ => Failure::from(anyhow::Error::new(error)),
    })?;
    let listening = app::listen_to_changes(&app).await.map_err(anyhow::Error::new)?;
    print(&format!("Keyhatch is listening on {}", application.address()))?;
    greet(&app).await?;
    Ok(Started {
        application,
        claim,
        listening,
    })
}

/// While nobody has an account, anybody who reads this may make the first one.
async fn greet(app: &App) -> Result<(), Failure> {
    if let Some(link) = accounts::first_link(app).await? {
        print(&format!("Make the first account (this link works once): {link}"))?;
    }
    Ok(())
}

/// What asks the process to stop: Ctrl-C at a terminal, process managers, and a terminal that is closed.
struct StopSignals {
    signals: Vec<Signal>,
    /// Whether one came after the first.
    repeated: bool,
}

impl StopSignals {
    fn listen() -> anyhow::Result<Self> {
        let mut kinds = vec![SignalKind::interrupt(), SignalKind::terminate()];
        if !hangup_is_ignored() {
            kinds.push(SignalKind::hangup());
        }
        let signals = kinds.into_iter().map(signal).collect::<std::io::Result<_>>()?;
        Ok(Self {
            signals,
            repeated: false,
        })
    }

    async fn received(&mut self) {
        let signals = self.signals.iter_mut().map(|signal| Box::pin(signal.recv()));
        select_all(signals).await;
    }

    /// Waits for something to end, unless a further signal has come, or comes meanwhile: then nothing is waited for any more.
    async fn unless_repeated<T>(&mut self, ending: impl Future<Output = T>) -> Option<T> {
        if self.repeated {
            return None;
        }
        tokio::select! {
            ended = ending => Some(ended),
            () = self.received() => {
                tracing::info!("stopping at once");
                self.repeated = true;
                None
            }
        }
    }
}

/// Whether whoever started the process wants it to outlive its terminal, as nohup(1) does. (Where it cannot be found out, no.)
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 << (SignalKind::hangup().as_raw_value() - 1) != 0)
}

/// Where a file may not grow any more (`ulimit -f`), the system sends a signal that ends whoever does not listen to it. We do, and
/// the write fails instead, like any other.
fn outlive_full_files() -> anyhow::Result<()> {
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)?;
    Ok(())
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
