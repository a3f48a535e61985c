//! How often something was done lately, and whether it may be done again: a sliding window that never lets more than the
//! allowance through in any stretch of time as long as its period.
//!
//! The period is cut into [`SLICES`]; a request is remembered by the slice it came in, and forgotten one whole period after
//! that slice has ended. So whoever asks steadily gets 12/13 of the allowance, a burst gets all of it, and no window of
//! one period ever holds more, wherever it begins. (A token bucket, or GCRA, would let nearly twice as much through in
//! the worst window.)

mod few;
mod ring;

use few::Few;
use ring::Ring;

use crate::model::ahead;
use crate::model::timestamp::Timestamp;

/// Into how many parts a period is cut.
const SLICES: usize = 12;

/// How many slices count at once: a period of them, and the one that has begun.
const COUNTED: usize = SLICES + 1;

/// So many requests in so long a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub count: u32,
    /// Milliseconds.
    pub period: i64,
}

impl Rate {
    fn slice(self, now: Timestamp) -> i64 {
        now.millis() * SLICES as i64 / self.period
    }

    /// When what was done in `slice` no longer counts, in milliseconds since 1970: when the last slice that counts beside it
    /// is over.
    fn forgotten_at(self, slice: i64) -> i64 {
        let slices = SLICES as i64;
        // Rounded up: a fraction of a millisecond too late is late enough.
        ((slice + COUNTED as i64) * self.period + slices - 1) / slices
    }

    /// The slice after which so much is forgotten that one more fits.
    fn enough(self, used: u32, oldest_first: impl Iterator<Item = (i64, u32)>) -> Option<i64> {
        let mut left = used;
        let mut slices = oldest_first;
        let enough = slices.find(|(_, count)| {
            left -= count;
            left < self.count
        });
        enough.map(|(slice, _)| slice)
    }
}

/// What was done lately. Little takes no memory but this: so it is when there are many keys, each of which asks seldom, and that is
/// when memory is what takes time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent(Slices);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Slices {
    #[default]
    None,
    Few(Few),
    Many(Box<Ring>),
}

impl Slices {
    fn of(slice: i64, count: u32) -> Self {
        Few::new(slice, count).map_or_else(|| Self::Many(Box::new(Ring::new(slice, count))), Self::Few)
    }

    fn many(few: Few, change: impl FnOnce(&mut Ring)) -> Self {
        let mut ring = Box::new(Ring::from(few));
        change(&mut ring);
        Self::Many(ring)
    }
}

impl Recent {
    /// How many more may come now, or how many milliseconds to wait for the next.
    pub fn room(&mut self, rate: Rate, now: Timestamp) -> Result<u32, i64> {
        self.forget(rate.slice(now));
        match rate.count.checked_sub(self.used()) {
            None | Some(0) => Err(self.wait(rate, now)),
            Some(room) => Ok(room),
        }
    }

    /// Asks memory for what the other functions will change.
    #[inline]
    pub fn fetch(&self) {
        if let Slices::Many(ring) = &self.0 {
            ahead::fetch(&**ring);
        }
    }

    /// Remembers one more. (A clock that is set back must not make the past longer: it counts as now.)
    pub fn count(&mut self, rate: Rate, now: Timestamp) {
        let slice = rate.slice(now);
        match &mut self.0 {
            Slices::None => self.0 = Slices::of(slice, 1),
            Slices::Few(few) => match few.and_one(slice) {
                Some(more) => *few = more,
                None => self.0 = Slices::many(*few, |ring| ring.add(slice)),
            },
            Slices::Many(ring) => ring.add(slice),
        }
    }

    /// Whether nothing is remembered that still counts; what no longer counts is let go.
    pub fn is_idle(&mut self, rate: Rate, now: Timestamp) -> bool {
        self.forget(rate.slice(now));
        self.0 == Slices::None
    }

    fn newest(&self) -> Option<i64> {
        match &self.0 {
            Slices::None => None,
            Slices::Few(few) => Some(few.newest()),
            Slices::Many(ring) => Some(ring.newest()),
        }
    }

    fn used(&self) -> u32 {
        match &self.0 {
            Slices::None => 0,
            Slices::Few(few) => few.sum(),
            Slices::Many(ring) => ring.sum(),
        }
    }

    fn forget(&mut self, slice: i64) {
        if self.newest().is_some_and(|newest| newest - slice > COUNTED as i64) {
            // The clock was set back by more than a period: all of it counts as done now, and not until that clock is where it was.
            self.0 = Slices::of(slice, self.used());
        }
        match &mut self.0 {
            Slices::None => return,
            Slices::Few(few) => match few.advanced(slice) {
                Some(advanced) => *few = advanced,
                None => self.0 = Slices::many(*few, |ring| ring.advance(slice)),
            },
            Slices::Many(ring) => ring.advance(slice),
        }
        if self.used() == 0 {
            self.0 = Slices::None;
        }
    }

    /// Until so many slices are forgotten that one more fits. (A plan may have become smaller meanwhile.)
    fn wait(&self, rate: Rate, now: Timestamp) -> i64 {
        let enough = match &self.0 {
            Slices::None => None,
            Slices::Few(few) => rate.enough(self.used(), few.oldest_first()),
            Slices::Many(ring) => rate.enough(self.used(), ring.oldest_first()),
        };
        enough.map_or(rate.period, |slice| (rate.forgotten_at(slice) - now.millis()).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::timestamp::{HOUR, MINUTE, SECOND};
    use proptest::prelude::*;

    const RATE: Rate = Rate {
        count: 100,
        period: MINUTE,
    };

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000 + millis)
    }

    fn take(recent: &mut Recent, rate: Rate, now: Timestamp) -> Result<u32, i64> {
        let room = recent.room(rate, now)?;
        recent.count(rate, now);
        Ok(room - 1)
    }

    #[test]
    fn a_burst_gets_the_whole_allowance_and_the_next_waits() {
        let mut recent = Recent::default();
        for left in (0..100).rev() {
            assert_eq!(take(&mut recent, RATE, at(17)), Ok(left));
        }
        let wait = take(&mut recent, RATE, at(20)).unwrap_err();
        assert_eq!(wait, MINUTE + 5 * SECOND - 20);
        assert!(take(&mut recent, RATE, at(20 + wait - 1)).is_err());
        assert_eq!(take(&mut recent, RATE, at(20 + wait)), Ok(99));
    }

    #[test]
    fn a_steady_caller_below_the_allowance_is_never_refused() {
        for (rate, every) in [
            (RATE, 1_000),
            (RATE, 660),
            (
                Rate {
                    count: 5,
                    period: 1_000,
                },
                300,
            ),
            (
                Rate {
                    count: 50,
                    period: HOUR,
                },
                80_000,
            ),
        ] {
            let mut recent = Recent::default();
            for turn in 0..(3 * rate.period / every) {
                assert!(
                    take(&mut recent, rate, at(turn * every)).is_ok(),
                    "{rate:?}, turn {turn}"
                );
            }
        }
    }

    #[test]
    fn what_is_over_takes_no_room() {
        let mut recent = Recent::default();
        assert!(recent.is_idle(RATE, at(0)));
        take(&mut recent, RATE, at(0)).unwrap();
        take(&mut recent, RATE, at(5_000)).unwrap();
        assert!(!recent.is_idle(RATE, at(69_999)));
        assert!(recent.is_idle(RATE, at(70_000)));
        assert_eq!((size_of::<Recent>(), size_of::<Ring>()), (16, 64));
    }

    #[test]
    fn a_smaller_allowance_holds_at_once() {
        let mut recent = Recent::default();
        for turn in 0..100 {
            take(&mut recent, RATE, at(turn * 100)).unwrap();
        }
        let smaller = Rate { count: 10, ..RATE };
        let wait = take(&mut recent, smaller, at(10_000)).unwrap_err();
        assert_eq!(take(&mut recent, smaller, at(10_000 + wait)).map(|_| ()), Ok(()));
    }

    /// Requests that come at once are counted one after the other, not always in the order in which they looked at the clock.
    #[test]
    fn a_clock_that_steps_back_lets_nobody_more_through() {
        for step in [1, 4_999, 5_000, 5_001, 59_999, 65_000] {
            let (mut recent, mut accepted) = (Recent::default(), 0);
            for turn in 0..300 {
                let now = if turn % 2 == 0 { 4 * MINUTE } else { 4 * MINUTE - step };
                accepted += u32::from(take(&mut recent, RATE, at(now)).is_ok());
            }
            assert_eq!(accepted, 100, "{step}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        for used in [1, 100] {
            let mut recent = Recent::default();
            for turn in 0..used {
                take(&mut recent, RATE, at(2 * HOUR + turn * 100)).unwrap();
            }
            // What was let through counts for one period more.
            let mut accepted = used;
            let wait = loop {
                match take(&mut recent, RATE, at(0)) {
                    Ok(_) => accepted += 1,
                    Err(wait) => break wait,
                }
            };
            assert_eq!(accepted, 100);
            assert!(wait <= MINUTE + MINUTE / SLICES as i64, "{wait}");
            for _ in 0..100 {
                take(&mut recent, RATE, at(wait)).unwrap();
            }
        }
    }

    proptest! {
        /// Whatever the gaps, no window of one period holds more than the allowance, and waiting as long as told suffices.
        #[test]
        fn no_window_holds_more_than_the_allowance(
            count in 1u32..20,
            period in prop_oneof![Just(1_000), Just(MINUTE), Just(HOUR)],
            gaps in proptest::collection::vec(0i64..120, 1..400),
        ) {
            let rate = Rate { count, period };
            let (mut recent, mut now, mut accepted) = (Recent::default(), 0, Vec::new());
            for gap in gaps {
                now += gap * period / 1_000;
                match take(&mut recent, rate, at(now)) {
                    Ok(_) => accepted.push(now),
                    Err(wait) => {
                        prop_assert!(take(&mut recent.clone(), rate, at(now + wait)).is_ok());
                        // And not a moment longer than it takes.
                        prop_assert!(wait == 1 || take(&mut recent.clone(), rate, at(now + wait - 1)).is_err());
                        prop_assert!(wait > 0 && wait <= period + period / SLICES as i64 + 1);
                    }
                }
            }
            for (index, first) in accepted.iter().enumerate() {
                let within = accepted[index..].iter().take_while(|later| *later - first < period).count();
                prop_assert!(within <= count as usize, "{within} from {first}: {accepted:?}");
            }
        }
    }
}
