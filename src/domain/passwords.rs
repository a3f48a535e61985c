//! Hashing passwords: argon2id (RFC 9106) with 19 MiB, two passes and one lane, on threads that may block, few at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{AppError, Result};
use crate::model::password::Password;

/// How many hashes run at once, and how many more may wait, before the answer is 503.
const RUNNING: usize = 2;
const WAITING: usize = 30;

/// The hasher. Overload sheds: what cannot start soon is told to come back.
#[derive(Debug)]
pub struct Hashing {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    /// A hash of nothing anybody knows: what an unknown e-mail address is compared with, to take the same time.
    decoy: String,
    begun: AtomicU64,
}

impl Hashing {
    /// A hasher; makes its decoy, which takes as long as one hash.
    pub fn new() -> anyhow::Result<Self> {
        let decoy = hash_now("the password of nobody at all")?;
        Ok(Self {
            running: Arc::new(Semaphore::new(RUNNING)),
            admitted: Arc::new(Semaphore::new(RUNNING + WAITING)),
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
        let busy = |_| AppError::Unavailable { retry_after_seconds: 2 };
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(busy)?;
        self.begun.fetch_add(1, Ordering::Relaxed);
        let running = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| AppError::Unavailable { retry_after_seconds: 2 })?;
        // The permits move into the task: a caller who hangs up does not make room for another hash while his still runs.
        let permits: [OwnedSemaphorePermit; 2] = [admitted, running];
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(permits);
            result
        });
        done.await.map_err(|error| AppError::Internal(error.into()))
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
