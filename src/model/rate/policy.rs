//! What is allowed.

use crate::model::timestamp::Timestamp;

/// Into how many parts the period of a large limit is cut.
pub(super) const SLICES: usize = 12;

/// So many requests in so long a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// Milliseconds: at most `u32::MAX`, which is seven weeks.
    pub period: i64,
}

impl Rate {
    /// The slice that a moment is in, by its number.
    pub(super) fn slice(self, now: Timestamp) -> i64 {
        now.millis() * SLICES as i64 / self.period
    }

    /// When what was done in `slice` no longer counts, in milliseconds since 1970.
    pub(super) fn forgotten_at(self, slice: i64) -> i64 {
        let slices = SLICES as i64;
        // Rounded up to the first millisecond of the slice that takes its place.
        ((slice + slices) * self.period + slices - 1) / slices
    }

    /// How far a clock may be set back before the past counts as done now.
    pub(super) fn slack(self) -> i64 {
        self.period + self.period / SLICES as i64
    }
}
