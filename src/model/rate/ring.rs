//! What was done lately, however much that is.

use super::few::Few;
use super::policy::SLICES;

/// The slices that count, up to the newest. As large as a processor's cache line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ring {
    newest: i64,
    sum: u32,
    /// The count of a slice stands at its number, modulo the length.
    counts: [u32; SLICES],
}

impl Ring {
    pub(super) fn new(slice: i64, count: u32) -> Self {
        let mut counts = [0; SLICES];
        counts[place(slice)] = count;
        Self {
            newest: slice,
            sum: count,
            counts,
        }
    }

    pub(super) fn newest(&self) -> i64 {
        self.newest
    }

    pub(super) fn sum(&self) -> u32 {
        self.sum
    }

    /// Forgets what stands where newer slices will.
    pub(super) fn advance(&mut self, slice: i64) {
        let passed = usize::try_from(slice - self.newest).unwrap_or(0);
        for step in 1..=passed.min(SLICES) {
            let count = &mut self.counts[place(self.newest + step as i64)];
            self.sum -= std::mem::take(count);
        }
        self.newest = self.newest.max(slice);
    }

    /// One more in a slice; what comes late counts in the newest.
    pub(super) fn add(&mut self, slice: i64) {
        self.advance(slice);
        self.counts[place(self.newest)] += 1;
        self.sum += 1;
    }

    /// The slices from the oldest that counts, with their counts.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = (i64, u32)> {
        let oldest = self.newest - SLICES as i64 + 1;
        (oldest..=self.newest).map(|slice| (slice, self.counts[place(slice)]))
    }
}

impl From<Few> for Ring {
    fn from(few: Few) -> Self {
        let mut ring = Self::new(few.newest(), 0);
        for (slice, count) in few.oldest_first() {
            ring.counts[place(slice)] = count;
        }
        ring.sum = few.sum();
        ring
    }
}

fn place(slice: i64) -> usize {
    slice.rem_euclid(SLICES as i64) as usize
}
