//! The till: where orders queue. Those that wait at the same moment are carried out in one transaction, so that a database that
//! takes one writer at a time, and waits for its disk, serves many at once.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::carry_out::carry_out;
use super::{Order, Outcome};
use crate::domain::App;
use crate::error::{AppError, Result};
use crate::model::trouble::Trouble;

/// How many orders one transaction carries out.
const TOGETHER: usize = 128;

/// How many may wait; more are told to come back.
const WAITING: usize = 4_096;

/// Where orders queue. [`run`] serves them.
#[derive(Debug)]
pub struct Till {
    queue: mpsc::Sender<Waiting>,
    served: Mutex<Option<mpsc::Receiver<Waiting>>>,
}

#[derive(Debug)]
struct Waiting {
    order: Order,
    /// An error says what is wrong with the database, where that is it.
    reply: oneshot::Sender<std::result::Result<Outcome, Option<Trouble>>>,
}

impl Default for Till {
    fn default() -> Self {
        let (queue, served) = mpsc::channel(WAITING);
        Self {
            queue,
            served: Mutex::new(Some(served)),
        }
    }
}

impl Till {
    /// Has an order carried out. When this returns an outcome, it is committed. After an error nobody knows, nor does whoever
    /// hangs up.
    pub async fn carry_out(&self, order: Order) -> Result<Outcome> {
        let (reply, outcome) = oneshot::channel();
        let busy = || AppError::Unavailable { retry_after_seconds: 1 };
        self.queue.try_send(Waiting { order, reply }).map_err(|_| busy())?;
        match outcome.await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(Some(trouble))) => Err(AppError::Storage(trouble)),
            Ok(Err(None)) | Err(_) => Err(busy()),
        }
    }
}

/// Serves the till until the process ends.
pub async fn run(app: Arc<App>) {
    let served = app.till.served.lock().take();
    let (Some(mut queue), true) = (served, app.profile.credits.is_some()) else {
        return;
    };
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, TOGETHER).await > 0 {
        // A task of its own: what goes wrong with these must not close the till, and nobody who ends this one cuts a
        // transaction in half.
        let serving = tokio::spawn(serve(Arc::clone(&app), std::mem::take(&mut waiting)));
        if serving.await.is_err() {
            tracing::error!("orders at the till were dropped");
        }
    }
}

async fn serve(app: Arc<App>, mut waiting: Vec<Waiting>) {
    // A client that has hung up by now pays for nothing.
    waiting.retain(|one| !one.reply.is_closed());
    if waiting.is_empty() {
        return;
    }
    // The sort is stable: within a workspace, who comes first is served first.
    waiting.sort_by_key(|one| one.order.workspace);
    let orders: Vec<&Order> = waiting.iter().map(|one| &one.order).collect();
    match carry_out(&app, &orders).await {
        Ok(outcomes) => {
            for (waiting, outcome) in waiting.into_iter().zip(outcomes) {
                // A client that has hung up needs no answer.
                let _ = waiting.reply.send(Ok(outcome));
            }
        }
        Err(error) => {
            error.log("credits could not be changed");
            for waiting in waiting {
                let _ = waiting.reply.send(Err(error.trouble()));
            }
        }
    }
}
