//! Reading what is looked up by the digest of a credential and is not in memory. Questions that come while one is being answered
//! are asked together, so that a flood of unknown keys costs one query for many, on one connection, and leaves the rest of the
//! machine to the known; and on a connection that nothing else uses, so that pages keep nobody waiting.

use std::fmt::Debug;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::error::{AppError, Result};
use crate::model::trouble::Trouble;
use crate::store::inbound_tokens::TokenOwner;
use crate::store::verification::FoundKey;
use crate::store::{self, Db};

/// What a credential leads to.
pub trait ByDigest: Clone + Debug + Send + 'static {
    /// That of the credential.
    fn digest(&self) -> &[u8; 32];

    /// Reads those that there are, in no order.
    fn read(db: &Db, digests: &[[u8; 32]]) -> impl Future<Output = store::Result<Vec<Self>>> + Send;
}

impl ByDigest for FoundKey {
    fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    async fn read(db: &Db, digests: &[[u8; 32]]) -> store::Result<Vec<Self>> {
        store::verification::find(db.verifier(), digests).await
    }
}

impl ByDigest for TokenOwner {
    fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    async fn read(db: &Db, digests: &[[u8; 32]]) -> store::Result<Vec<Self>> {
        store::inbound_tokens::owners_of(db.verifier(), digests).await
    }
}

/// How many keys one query asks for.
const TOGETHER: usize = 64;

/// How many may wait; more are told to come back.
const WAITING: usize = 4_096;

/// The queue.
#[derive(Clone, Debug)]
pub struct Fill<Found>(Arc<Mutex<Queue<Found>>>);

#[derive(Debug)]
struct Queue<Found> {
    waiting: Vec<Wanted<Found>>,
    /// Whether somebody is asking already.
    asking: bool,
}

#[derive(Debug)]
struct Wanted<Found> {
    digest: [u8; 32],
    /// An error says what is wrong with the database, where that is it.
    reply: oneshot::Sender<std::result::Result<Option<Found>, Option<Trouble>>>,
}

impl<Found> Default for Fill<Found> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Queue {
            waiting: Vec::new(),
            asking: false,
        })))
    }
}

impl<Found: ByDigest> Fill<Found> {
    /// What the credential with this digest leads to.
    pub async fn find(&self, db: &Db, digest: [u8; 32]) -> Result<Option<Found>> {
        let (reply, answer) = oneshot::channel();
        let begins = {
            let mut queue = self.0.lock();
            if queue.waiting.len() >= WAITING {
                return Err(AppError::Unavailable { retry_after_seconds: 1 });
            }
            queue.waiting.push(Wanted { digest, reply });
            !std::mem::replace(&mut queue.asking, true)
        };
        if begins {
            // A task of its own: whoever came first may hang up, and the others still wait.
            tokio::spawn(self.clone().ask_all(db.clone()));
        }
        match answer.await {
            Ok(Ok(found)) => Ok(found),
            Ok(Err(Some(trouble))) => Err(AppError::Storage(trouble)),
            Ok(Err(None)) | Err(_) => Err(AppError::Unavailable { retry_after_seconds: 1 }),
        }
    }

    async fn ask_all(self, db: Db) {
        let mut guard = Asking(Some(self.clone()));
        loop {
            let wanted: Vec<Wanted<Found>> = {
                let mut queue = self.0.lock();
                let count = queue.waiting.len().min(TOGETHER);
                if count == 0 {
                    queue.asking = false;
                    guard.0 = None;
                    return;
                }
                queue.waiting.drain(..count).collect()
            };
            ask(&db, wanted).await;
        }
    }
}

/// A task that ends before its time (its worker is being stopped) leaves the queue to the next who comes.
struct Asking<Found>(Option<Fill<Found>>);

impl<Found> Drop for Asking<Found> {
    fn drop(&mut self) {
        if let Some(fill) = &self.0 {
            let mut queue = fill.0.lock();
            queue.asking = false;
            queue.waiting.clear();
        }
    }
}

async fn ask<Found: ByDigest>(db: &Db, wanted: Vec<Wanted<Found>>) {
    let mut digests: Vec<[u8; 32]> = wanted.iter().map(|wanted| wanted.digest).collect();
    // Few different lengths, so that few statements have to be prepared.
    let length = if digests.len() <= 1 {
        1
    } else {
        digests.len().next_power_of_two().max(8)
    };
    digests.resize(length, wanted.last().map_or([0; 32], |wanted| wanted.digest));
    match Found::read(db, &digests).await {
        Ok(found) => {
            for wanted in wanted {
                let found = found.iter().find(|found| *found.digest() == wanted.digest);
                // A client that has hung up needs no answer.
                let _ = wanted.reply.send(Ok(found.cloned()));
            }
        }
        // A row that another version of this program wrote, perhaps. The others are none the worse for it.
        Err(store::Error::Corrupt(_)) if wanted.len() > 1 => {
            for wanted in wanted {
                Box::pin(ask(db, vec![wanted])).await;
            }
        }
        Err(error) => {
            let error = AppError::from(error);
            error.log("credentials could not be looked up");
            for wanted in wanted {
                let _ = wanted.reply.send(Err(error.trouble()));
            }
        }
    }
}
