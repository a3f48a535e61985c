//! The till: where orders queue. Those that wait at the same moment are carried out in one transaction, so that a database that
//! takes one writer at a time, and waits for its disk, serves many at once.

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::{Order, Outcome};
use crate::error::{AppError, Result};
use crate::model::trouble::Trouble;

/// How many may wait; more are told to come back.
const WAITING: usize = 4_096;

/// Where orders queue. `serve` serves them.
#[derive(Debug)]
pub struct Till {
    queue: mpsc::Sender<Waiting>,
    pub(super) served: Mutex<Option<mpsc::Receiver<Waiting>>>,
}

#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) order: Order,
    /// An error says what is wrong with the database, where that is it.
    pub(super) reply: oneshot::Sender<std::result::Result<Outcome, Option<Trouble>>>,
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
