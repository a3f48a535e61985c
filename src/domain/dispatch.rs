//! Work that is stored first and done afterwards: a task in every process that serves claims what is due, attempts some of it at a
//! time, and gives back what it cannot finish. Webhooks and mail are such work.

mod bell;

pub use bell::Bell;

use std::collections::HashSet;
use std::fmt::Debug;
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::domain::App;
use crate::error::{AppError, Result};
use crate::model::timestamp::Timestamp;
use crate::store::{self, Db};

/// How often is looked whether anything is due.
const LOOK: Duration = Duration::from_millis(250);

/// A kind of work.
pub trait Work: 'static {
    /// What one piece of it is known by.
    type Id: Copy + Debug + Eq + Hash + Send + Sync + 'static;

    /// What it is called in the log.
    const NAME: &'static str;

    /// How much one process has under way at most.
    const AT_ONCE: usize;

    /// How long what is under way may take when the process stops.
    const FINISHING: Duration;

    /// Its bell.
    fn bell(app: &App) -> &Bell;

    /// Whether anything is due. Asked often, and of the reader.
    fn is_any_due(db: &Db, now: Timestamp) -> impl Future<Output = store::Result<bool>> + Send;

    /// Claims at most `room` pieces that are due.
    fn claim(app: &App, db: &Db, room: i64) -> impl Future<Output = store::Result<Vec<Self::Id>>> + Send;

    /// Attempts a piece, and writes down what became of it. Once `cut` is cancelled, it should end soon.
    fn attempt(app: &App, db: &Db, id: Self::Id, cut: &CancellationToken) -> impl Future<Output = Result<()>> + Send;

    /// Lets others have a piece that this process has claimed.
    fn give_back(app: &App, db: &Db, id: Self::Id) -> impl Future<Output = store::Result<()>> + Send;

    /// Lets others have all that any process has claimed: where there is only one, it was the one before.
    fn give_all_back(db: &Db, now: Timestamp) -> impl Future<Output = store::Result<()>> + Send;
}

/// The connections of these tasks. On PostgreSQL they have their own: those of the pool live on the runtimes of workers, which end
/// before the last attempt may have. SQLite has one connection that writes.
pub async fn connections(app: &App) -> Db {
    if !app.db.is_shared() {
        return app.db.clone();
    }
    loop {
        match app.db.reconnect().await {
            Ok(db) => return db,
            Err(error) => AppError::from(error).log("webhooks and mail cannot be delivered yet; trying again"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Does this kind of work until its bell says stop, and then for as long as attempts under way may take.
pub async fn run<W: Work>(app: Arc<App>, db: Db) {
    if !db.is_shared()
        && let Err(error) = W::give_all_back(&db, app.now()).await
    {
        complain::<W>(error, "claims of the process before this one run out by themselves");
    }
    let dispatcher = Dispatcher::<W> {
        app: Arc::clone(&app),
        db,
        under_way: Arc::default(),
        tasks: TaskTracker::new(),
        cut: CancellationToken::new(),
    };
    tokio::select! {
        () = dispatcher.go_on() => {}
        () = W::bell(&app).stopped() => {}
    }
    dispatcher.finish().await;
}

struct Dispatcher<W: Work> {
    app: Arc<App>,
    db: Db,
    under_way: Arc<Mutex<HashSet<W::Id>>>,
    tasks: TaskTracker,
    cut: CancellationToken,
}

impl<W: Work> Dispatcher<W> {
    async fn go_on(&self) {
        loop {
            let claimed = self.claim().await.unwrap_or_else(|error| {
                complain::<W>(error, "what is due could not be claimed; trying again");
                Vec::new()
            });
            // Each attempt that ends rings too: there is room again.
            if claimed.is_empty() {
                let _ = tokio::time::timeout(LOOK, W::bell(&self.app).due.notified()).await;
            }
            for id in claimed {
                self.begin(id);
            }
        }
    }

    async fn claim(&self) -> store::Result<Vec<W::Id>> {
        let room = W::AT_ONCE.saturating_sub(self.under_way.lock().len());
        if room == 0 || !W::is_any_due(&self.db, self.app.now()).await? {
            return Ok(Vec::new());
        }
        W::claim(&self.app, &self.db, i64::try_from(room).unwrap_or(i64::MAX)).await
    }

    fn begin(&self, id: W::Id) {
        // A claim of our own that has run out while we still work on it.
        if !self.under_way.lock().insert(id) {
            return;
        }
        let (app, db, under_way) = (Arc::clone(&self.app), self.db.clone(), Arc::clone(&self.under_way));
        let cut = self.cut.clone();
        self.tasks.spawn(async move {
            if let Err(error) = W::attempt(&app, &db, id, &cut).await {
                // The claim runs out, and it is attempted again.
                complain::<W>(error, "an attempt could not be made, or not written down");
            }
            under_way.lock().remove(&id);
            W::bell(&app).wake();
        });
    }

    async fn finish(self) {
        self.tasks.close();
        let _ = tokio::time::timeout(W::FINISHING, self.tasks.wait()).await;
        self.cut.cancel();
        let _ = tokio::time::timeout(LOOK, self.tasks.wait()).await;
        // Whatever has not ended is attempted again by whoever comes next.
        let left: Vec<_> = self.under_way.lock().iter().copied().collect();
        for id in left {
            if let Err(error) = W::give_back(&self.app, &self.db, id).await {
                complain::<W>(error, "a claim could not be given back; it runs out by itself");
            }
        }
    }
}

fn complain<W: Work>(error: impl Into<AppError>, what: &str) {
    error.into().log(&format!("{}: {what}", W::NAME));
}
