//! Throttles for what can be guessed at: so many attempts for an account and for an address, then a wait.
//!
//! In memory: a restart forgives, and each node counts for itself.

use dashmap::DashMap;

use crate::error::{AppError, Result};
use crate::model::timestamp::{HOUR, MINUTE, Timestamp};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// Wrong passwords for one account.
    SignInAccount,
    /// Wrong passwords from one address.
    SignInAddress,
    /// Sign-ups from one address.
    SignUpAddress,
    /// Mails to one account.
    MailAccount,
    /// Mails asked for from one address.
    MailAddress,
    /// Re-entered passwords of a signed-in account.
    ConfirmPassword,
    /// Test events, and events sent again, by one workspace.
    SendByHand,
}

impl Attempt {
    /// How many attempts at once, and how long until one more is allowed.
    fn burst_and_interval(self) -> (i64, i64) {
        match self {
            Attempt::SignInAccount => (10, 2 * MINUTE),
            Attempt::SignInAddress => (50, MINUTE / 2),
            Attempt::SignUpAddress => (20, 3 * MINUTE),
            Attempt::MailAccount => (4, HOUR / 4),
            Attempt::MailAddress => (20, 3 * MINUTE),
            Attempt::ConfirmPassword => (10, 2 * MINUTE),
            Attempt::SendByHand => (20, MINUTE / 6),
        }
    }
}

/// Attempts so far, as the theoretical arrival time of GCRA (ITU-T I.371).
#[derive(Debug, Default)]
pub struct Throttle {
    arrivals: DashMap<(Attempt, String), i64>,
}

/// Beyond this many entries, those that are over are swept out.
const MANY: usize = 100_000;

impl Throttle {
    /// Counts an attempt, or says how long to wait.
    pub fn attempt(&self, kind: Attempt, who: &str, now: Timestamp) -> Result<()> {
        let (burst, interval) = kind.burst_and_interval();
        if self.arrivals.len() > MANY {
            self.arrivals.retain(|_, arrival| *arrival > now.millis());
        }
        let mut arrival = self.arrivals.entry((kind, who.to_owned())).or_insert(0);
        let start = (*arrival).max(now.millis());
        let wait = start - now.millis() - (burst - 1) * interval;
        if wait > 0 {
            return Err(AppError::RateLimited {
                retry_after_seconds: (wait as u64).div_ceil(1000),
            });
        }
        *arrival = start + interval;
        Ok(())
    }

    /// Forgets an account's wrong passwords once the right one was given.
    pub fn forgive(&self, kind: Attempt, who: &str) {
        self.arrivals.remove(&(kind, who.to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_it_names_is_the_wait_it_keeps() {
        let throttle = Throttle::default();
        let now = Timestamp::from_millis(1_800_000_000_000);
        for _ in 0..10 {
            assert!(throttle.attempt(Attempt::SignInAccount, "alice", now).is_ok());
        }
        let Err(AppError::RateLimited { retry_after_seconds }) = throttle.attempt(Attempt::SignInAccount, "alice", now)
        else {
            panic!("the eleventh attempt passes");
        };
        let wait = i64::try_from(retry_after_seconds).unwrap() * 1000;
        assert!(
            throttle
                .attempt(Attempt::SignInAccount, "alice", now.plus(wait - 1000))
                .is_err()
        );
        assert!(
            throttle
                .attempt(Attempt::SignInAccount, "alice", now.plus(wait))
                .is_ok()
        );
        assert!(throttle.attempt(Attempt::SignInAccount, "bob", now).is_ok());
    }
}
