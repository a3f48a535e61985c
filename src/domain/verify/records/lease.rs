//! How long memory may be believed. Whoever answers from memory must hear of what other processes change: each time it has
//! listened, it may go on for a while, counted from before it began to listen. Whoever changes something waits until every
//! process has heard, or until none that has not can still believe its memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long memory is believed after listening.
pub const LASTS: Duration = Duration::from_secs(2);

/// A lease, by this machine's steady clock (tests may move the other one).
#[derive(Debug)]
pub struct Lease {
    start: Instant,
    /// Milliseconds since `start`.
    until: AtomicU64,
}

impl Default for Lease {
    fn default() -> Self {
        Self {
            start: Instant::now(),
            until: AtomicU64::new(0),
        }
    }
}

impl Lease {
    /// Whether memory may be believed now.
    pub fn is_valid(&self) -> bool {
        self.millis(Instant::now()) < self.until.load(Ordering::Acquire)
    }

    /// Everything that was committed before `began` has been heard of.
    pub fn renew(&self, began: Instant) {
        self.until.store(self.millis(began + LASTS), Ordering::Release);
    }

    /// Believes nothing any more.
    pub fn end(&self) {
        self.until.store(0, Ordering::Release);
    }

    fn millis(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.start).as_millis()).unwrap_or(u64::MAX)
    }
}
