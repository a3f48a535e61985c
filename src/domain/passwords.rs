//! Hashing passwords: argon2id (RFC 9106) with 19 MiB, two passes and one lane, on threads of its own that give way to
//! everything else, few at a time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use thread_priority::{NormalThreadSchedulePolicy, ThreadPriority, ThreadSchedulePolicy};
use tokio::sync::oneshot;

use crate::error::{AppError, Result};
use crate::model::password::Password;

/// How many hashes run at once, and how many more may wait, before the answer is 503.
const RUNNING: usize = 2;
const WAITING: usize = 30;

/// What a client that is turned away is told.
const BUSY: AppError = AppError::Unavailable { retry_after_seconds: 2 };

/// How hashing stands to what else the machine does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// It takes what nobody else wants (Linux's idle scheduling class): one hash keeps a processor busy for as long as
    /// thousands of verifications, which must not wait for it.
    Last,
    /// As everything else: where a machine is always busy.
    Equal,
}

/// The hasher. Overload sheds: what cannot start soon is told to come back.
#[derive(Debug)]
pub struct Hashing {
    /// The work of a client that hangs up stays here: it makes no room for another's before it is done.
    queue: SyncSender<Work>,
    /// A hash of nothing anybody knows: what an unknown email address is compared with, to take the same time.
    decoy: String,
    begun: AtomicU64,
}

type Work = Box<dyn FnOnce() + Send>;

impl Hashing {
    /// A hasher with its threads; makes its decoy, which takes as long as one hash.
    pub fn new(rank: Rank) -> anyhow::Result<Self> {
        let decoy = hash_now("the password of nobody at all")?;
        let (queue, work) = mpsc::sync_channel(WAITING);
        let work = Arc::new(Mutex::new(work));
        for _ in 0..RUNNING {
            let work = Arc::clone(&work);
            let thread = std::thread::Builder::new().name("passwords".to_owned());
            // It ends with the queue.
            thread.spawn(move || serve(rank, &work))?;
        }
        Ok(Self {
            queue,
            decoy,
            begun: AtomicU64::new(0),
        })
    }

    /// Hashes a new password, as a PHC string.
    pub async fn hash(&self, password: &Password) -> Result<String> {
        let password = password.clone();
        self.run(move || hash_now(password.expose_secret()))
            .await?
            .map_err(AppError::Internal)
    }

    /// Whether a presented password is the one behind `hash`; with no hash, the same work and `false`.
    pub async fn verify(&self, password: &Password, hash: Option<&str>) -> Result<bool> {
        let (password, known) = (password.clone(), hash.is_some());
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        let matches = self
            .run(move || {
                hasher()
                    .verify_password(password.expose_secret().as_bytes(), hash.as_str())
                    .is_ok()
            })
            .await?;
        Ok(matches && known)
    }

    /// How many hashes were begun: what an answer cost, in the unit that matters.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let (reply, done) = oneshot::channel();
        // A client that has hung up needs no answer.
        let work: Work = Box::new(move || drop(reply.send(work())));
        match self.queue.try_send(work) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(BUSY),
            Err(TrySendError::Disconnected(_)) => {
                return Err(AppError::Internal(anyhow::anyhow!(
                    "no thread hashes passwords any more"
                )));
            }
        }
        self.begun.fetch_add(1, Ordering::Relaxed);
        done.await.map_err(|error| AppError::Internal(error.into()))
    }
}

fn serve(rank: Rank, work: &Mutex<Receiver<Work>>) {
    if rank == Rank::Last {
        let idle = ThreadSchedulePolicy::Normal(NormalThreadSchedulePolicy::Idle);
        // Where the system does not allow it, hashing is as important as everything else.
        let _ = thread_priority::set_thread_priority_and_policy(
            thread_priority::thread_native_id(),
            ThreadPriority::Min,
            idle,
        );
    }
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(next) = next else { return };
        // A panic ends this one hash (its reply is dropped) and not the thread.
        let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(next));
    }
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> anyhow::Result<String> {
    let hash = hasher().hash_password(password.as_bytes());
    Ok(hash
        .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?
        .to_string())
}
