//! The one place that knows what time it is. Everything else is told, so that tests can move time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::timestamp::Timestamp;

/// Something that tells the time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The moment it is.
    fn now(&self) -> Timestamp;
}

/// The machine's own clock.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that runs with the machine's, ahead of it by as much as a test says.
#[derive(Debug, Default)]
pub struct MovableClock {
    ahead_millis: AtomicI64,
}

impl MovableClock {
    /// Moves time on (or back, when negative) for everybody who holds this clock.
    pub fn advance_millis(&self, millis: i64) {
        self.ahead_millis.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for MovableClock {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(self.ahead_millis.load(Ordering::SeqCst))
    }
}
