//! How long memory may be believed. Whoever answers from memory must hear of what other processes change: each time it has
//! listened, it may go on for a while, counted from before it began to listen. Whoever changes something waits until every
//! process has heard, or until none that has not can still believe its memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How long memory is believed after listening.
pub const LASTS: Duration = Duration::from_secs(2);

/// A steady clock that also goes on while the machine sleeps, so that what it held before is old when it wakes.
#[cfg(target_os = "linux")]
const CLOCK: ClockId = ClockId::Boottime;

/// A steady clock.
#[cfg(not(target_os = "linux"))]
const CLOCK: ClockId = ClockId::Monotonic;

/// A moment by this machine's steady clock (tests may move the other one).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Milliseconds since that clock began.
    millis: u64,
}

impl Moment {
    /// The moment it is.
    pub fn now() -> Self {
        let now = clock_gettime(CLOCK);
        // Neither is ever negative.
        let (seconds, nanos) = (now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs());
        Self {
            millis: seconds * 1_000 + nanos / 1_000_000,
        }
    }

    /// How long ago it was.
    pub fn elapsed(self) -> Duration {
        Duration::from_millis(Self::now().millis.saturating_sub(self.millis))
    }
}

/// A lease.
#[derive(Debug, Default)]
pub struct Lease {
    /// In the milliseconds of a [`Moment`]; nothing is believed at this moment or later.
    until: AtomicU64,
}

impl Lease {
    /// Whether memory may be believed now.
    pub fn is_valid(&self) -> bool {
        Moment::now().millis < self.until.load(Ordering::Acquire)
    }

    /// Everything that was committed before `began` has been heard of.
    pub fn renew(&self, began: Moment) {
        let lasts = LASTS.as_millis() as u64;
        self.until.store(began.millis + lasts, Ordering::Release);
    }

    /// Believes nothing any more.
    pub fn end(&self) {
        self.until.store(0, Ordering::Release);
    }
}
