//! The task that claims what is due and has it attempted, in every process that serves.
//!
//! Nobody waits for a slow receiver but those who send to it: an endpoint has few attempts under way at a time, a workspace some,
//! and a claim goes round all of them.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

use crate::domain::App;
use crate::domain::webhooks::attempt::attempt;
use crate::error::Result;
use crate::model::timestamp::SECOND;
use crate::model::webhook::DeliveryId;
use crate::store::Db;
use crate::store::webhooks::claims::{self, Claim};

/// How many attempts one process has under way at most: each may hold a body and an answer in memory.
const AT_ONCE: usize = 128;

/// How many are under way to one endpoint, by all processes.
const OF_ENDPOINT: i64 = 4;

/// How many are under way of one workspace, by all processes.
const OF_WORKSPACE: i64 = 12;

/// How long a claim lasts, in milliseconds: much longer than an attempt takes.
const CLAIM: i64 = 30 * SECOND;

/// How often is looked whether anything is due.
const LOOK: Duration = Duration::from_millis(250);

/// How long attempts under way may finish when the process stops: a little longer than the courier's patience.
const FINISHING: Duration = Duration::from_secs(12);

/// What the rest of the process knows of the task.
#[derive(Debug, Default)]
pub struct Dispatch {
    bell: Notify,
    stopping: Notify,
}

impl Dispatch {
    /// Something is due now.
    pub fn wake(&self) {
        self.bell.notify_one();
    }

    /// Claims nothing more, and ends when what is under way has ended.
    pub fn stop(&self) {
        self.stopping.notify_one();
    }
}

/// Runs until [`Dispatch::stop`], and then for as long as attempts under way take.
pub async fn run(app: Arc<App>) {
    let db = loop {
        match connection(&app).await {
            Ok(db) => break db,
            Err(error) => complain(&error, "webhooks cannot be delivered yet; trying again"),
        }
        tokio::time::sleep(LOOK).await;
    };
    if !db.is_shared()
        && let Err(error) = claims::give_all_back(db.writer(), app.now()).await
    {
        complain(
            &error.into(),
            "claims of the process before this one could not be ended; they run out",
        );
    }
    let deliverer = Deliverer {
        app: Arc::clone(&app),
        db,
        under_way: Arc::default(),
        tasks: TaskTracker::new(),
    };
    tokio::select! {
        () = deliverer.deliver() => {}
        () = app.dispatch.stopping.notified() => {}
    }
    deliverer.finish().await;
}

/// On PostgreSQL, connections of its own: those of the pool live on the runtimes of workers, which end before the last attempt
/// may have. SQLite has one connection that writes.
async fn connection(app: &App) -> Result<Db> {
    if app.db.is_shared() {
        Ok(app.db.reconnect().await?)
    } else {
        Ok(app.db.clone())
    }
}

struct Deliverer {
    app: Arc<App>,
    db: Db,
    under_way: Arc<Mutex<HashSet<DeliveryId>>>,
    tasks: TaskTracker,
}

impl Deliverer {
    async fn deliver(&self) {
        loop {
            let claimed = self.claim().await.unwrap_or_else(|error| {
                complain(&error, "due webhooks could not be claimed; trying again");
                Vec::new()
            });
            // Each attempt that ends rings too: there is room again.
            if claimed.is_empty() {
                let _ = tokio::time::timeout(LOOK, self.app.dispatch.bell.notified()).await;
            }
            for id in claimed {
                self.begin(id);
            }
        }
    }

    async fn claim(&self) -> Result<Vec<DeliveryId>> {
        let room = AT_ONCE.saturating_sub(self.under_way.lock().len());
        let now = self.app.now();
        if room == 0 || !claims::is_any_due(self.db.reader(), now).await? {
            return Ok(Vec::new());
        }
        let claim = Claim {
            node: self.app.node,
            now,
            until: now.plus(CLAIM),
            room: i64::try_from(room).unwrap_or(i64::MAX),
            of_endpoint: OF_ENDPOINT,
            of_workspace: OF_WORKSPACE,
        };
        Ok(claims::claim(self.db.writer(), claim).await?)
    }

    fn begin(&self, id: DeliveryId) {
        // A claim of our own that has run out while we still work on it.
        if !self.under_way.lock().insert(id) {
            return;
        }
        let (app, db, under_way) = (Arc::clone(&self.app), self.db.clone(), Arc::clone(&self.under_way));
        self.tasks.spawn(async move {
            if let Err(error) = attempt(&app, &db, id).await {
                // The claim runs out, and it is attempted again.
                complain(
                    &error,
                    "an attempt to deliver a webhook could not be made, or not written down",
                );
            }
            under_way.lock().remove(&id);
            app.dispatch.wake();
        });
    }

    async fn finish(self) {
        self.tasks.close();
        let _ = tokio::time::timeout(FINISHING, self.tasks.wait()).await;
        // Whatever has not ended is attempted again by whoever comes next.
        let left: Vec<_> = self.under_way.lock().iter().copied().collect();
        for id in left {
            let given_back = claims::give_back(self.db.writer(), self.app.node, id, self.app.now()).await;
            if let Err(error) = given_back {
                complain(&error.into(), "a claim could not be given back; it runs out by itself");
            }
        }
    }
}

fn complain(error: &crate::error::AppError, what: &str) {
    error.log(what);
}
