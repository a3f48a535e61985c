//! What was done lately where that is little: it takes two words.

use super::policy::SLICES;

/// How many bits the count of a slice takes.
const BITS: usize = 4;

/// What it can be at the most.
const MOST: u64 = (1 << BITS) - 1;

/// The bits of all slices that count.
const ALL: u64 = (1 << (BITS * SLICES)) - 1;

/// The slices that count, up to the newest. Packed, so that the word beside it which says what it is needs no more room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C, packed(2))]
pub(super) struct Few {
    /// The count of the newest slice is in the lowest bits, that of the one before in the next.
    counts: u64,
    newest_low: u32,
    newest_high: u16,
}

impl Few {
    /// Nothing, where it is too much.
    pub(super) fn new(slice: i64, count: u32) -> Option<Self> {
        (u64::from(count) <= MOST).then_some(())?;
        Self::up_to(slice, u64::from(count))
    }

    fn up_to(newest: i64, counts: u64) -> Option<Self> {
        Some(Self {
            counts,
            newest_low: (newest & i64::from(u32::MAX)) as u32,
            newest_high: u16::try_from(newest >> u32::BITS).ok()?,
        })
    }

    pub(super) fn newest(self) -> i64 {
        (i64::from(self.newest_high) << u32::BITS) | i64::from(self.newest_low)
    }

    pub(super) fn sum(self) -> u32 {
        // Neighbours make one of two, in a byte each; the product has the sum of all bytes in its highest.
        const EVEN: u64 = 0x0f0f_0f0f_0f0f_0f0f;
        let pairs = (self.counts & EVEN) + ((self.counts >> BITS) & EVEN);
        (pairs.wrapping_mul(0x0101_0101_0101_0101) >> 56) as u32
    }

    /// The same without what is too old beside a newer slice. Nothing, where that one's number is too large.
    pub(super) fn advanced(self, slice: i64) -> Option<Self> {
        let Ok(passed) = usize::try_from(slice - self.newest()) else {
            return Some(self);
        };
        let counts = if passed < SLICES {
            self.counts << (BITS * passed)
        } else {
            0
        };
        Self::up_to(slice.max(self.newest()), counts & ALL)
    }

    /// One more in a slice; what comes late counts in the newest. Nothing, where it is too much.
    pub(super) fn and_one(self, slice: i64) -> Option<Self> {
        let advanced = self.advanced(slice)?;
        let has_room = advanced.counts & MOST < MOST;
        has_room.then_some(Self {
            counts: advanced.counts + 1,
            ..advanced
        })
    }

    /// The slices from the oldest that counts, with their counts.
    pub(super) fn oldest_first(self) -> impl Iterator<Item = (i64, u32)> {
        let count = move |age: usize| ((self.counts >> (BITS * age)) & MOST) as u32;
        (0..SLICES)
            .rev()
            .map(move |age| (self.newest() - age as i64, count(age)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::ring::Ring;
    use super::*;

    proptest! {
        /// As long as it fits, it is the same as where there is room for all; and it goes on there with nothing lost.
        #[test]
        fn little_is_counted_as_much_is(
            first in prop_oneof![Just(0_i64), Just(1 << 40), Just((1 << 48) - 30)],
            steps in prop::collection::vec((prop_oneof![9 => -3_i64..5, 1 => 10_i64..40], any::<bool>()), 0..200),
        ) {
            let mut few = Few::new(first, 1).unwrap();
            let (mut ring, mut slice) = (Ring::from(few), first);
            for (step, adds) in steps {
                slice = (slice + step).max(0);
                let go_on = if adds { Ring::add } else { Ring::advance };
                go_on(&mut ring, slice);
                let next = if adds { few.and_one(slice) } else { few.advanced(slice) };
                let Some(next) = next else {
                    let newest = ring.oldest_first().last().unwrap();
                    prop_assert!((adds && newest.1 > MOST as u32) || newest.0 >= 1 << 48);
                    let mut rest = Ring::from(few);
                    go_on(&mut rest, slice);
                    prop_assert_eq!(rest, ring);
                    return Ok(());
                };
                few = next;
                prop_assert_eq!(Ring::from(few), ring.clone());
                prop_assert_eq!((few.newest(), few.sum()), (ring.newest(), ring.sum()));
                prop_assert!(few.oldest_first().eq(ring.oldest_first()));
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Few::new(0, 15).is_some_and(|few| few.sum() == 15 && few.and_one(0).is_none()));
        assert_eq!(Few::new(0, 16), None);
        assert_eq!(Few::new(1 << 48, 1), None);
        assert_eq!(Few::new(-1, 1), None);
    }
}
