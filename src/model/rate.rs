//! How often something was done lately, and whether it may be done again: a sliding window that never lets more than the
//! allowance through in any stretch of time as long as its period.
//!
//! The period is cut into [`SLICES`]; a request is remembered by the slice it came in, and forgotten one whole period after
//! that slice has ended. So whoever asks steadily gets 60/61 of the allowance, a burst gets all of it, and no window of
//! one period ever holds more, wherever it begins. (A token bucket, or GCRA, would let nearly twice as much through in
//! the worst window.)

use std::collections::VecDeque;

use crate::model::timestamp::Timestamp;

/// Into how many parts a period is cut.
const SLICES: i64 = 60;

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
        now.millis() * SLICES / self.period
    }

    /// When what was done in `slice` no longer counts, in milliseconds since 1970.
    fn forgotten_at(self, slice: i64) -> i64 {
        // Rounded up: a fraction of a millisecond too late is late enough.
        ((slice + 1) * self.period + SLICES - 1) / SLICES + self.period
    }
}

/// What was done lately. Small when little was done: mostly a single slice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recent(Slices);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Slices {
    #[default]
    None,
    One {
        slice: i64,
        count: u32,
    },
    #[allow(
        clippy::box_collection,
        reason = "a queue in here would make every memory as large as the largest"
    )]
    Many(Box<VecDeque<(i64, u32)>>),
}

impl Recent {
    /// How many more may come now, or how many milliseconds to wait for the next.
    pub fn room(&mut self, rate: Rate, now: Timestamp) -> Result<u32, i64> {
        self.forget(rate, now);
        let used = self.used();
        if used < rate.count {
            return Ok(rate.count - used);
        }
        Err(self.wait(rate, now))
    }

    /// Remembers one more.
    pub fn count(&mut self, rate: Rate, now: Timestamp) {
        // A clock that is set back must not make the past longer.
        let slice = self.latest().unwrap_or(i64::MIN).max(rate.slice(now));
        match &mut self.0 {
            Slices::None => self.0 = Slices::One { slice, count: 1 },
            Slices::One { slice: only, count } if *only == slice => *count += 1,
            Slices::One { slice: only, count } => {
                self.0 = Slices::Many(Box::new(VecDeque::from([(*only, *count), (slice, 1)])));
            }
            Slices::Many(slices) => match slices.back_mut() {
                Some((last, count)) if *last == slice => *count += 1,
                _ => slices.push_back((slice, 1)),
            },
        }
    }

    /// Whether nothing is remembered that still counts.
    pub fn is_idle(&mut self, rate: Rate, now: Timestamp) -> bool {
        self.forget(rate, now);
        self.0 == Slices::None
    }

    fn used(&self) -> u32 {
        match &self.0 {
            Slices::None => 0,
            Slices::One { count, .. } => *count,
            Slices::Many(slices) => slices.iter().map(|(_, count)| count).sum(),
        }
    }

    fn latest(&self) -> Option<i64> {
        match &self.0 {
            Slices::None => None,
            Slices::One { slice, .. } => Some(*slice),
            Slices::Many(slices) => slices.back().map(|(slice, _)| *slice),
        }
    }

    fn forget(&mut self, rate: Rate, now: Timestamp) {
        let is_over = |slice: i64| rate.forgotten_at(slice) <= now.millis();
        match &mut self.0 {
            Slices::None => {}
            Slices::One { slice, .. } if is_over(*slice) => self.0 = Slices::None,
            Slices::One { .. } => {}
            Slices::Many(slices) => {
                while slices.front().is_some_and(|(slice, _)| is_over(*slice)) {
                    slices.pop_front();
                }
                match (slices.len(), slices.front()) {
                    (0, _) => self.0 = Slices::None,
                    (1, Some(&(slice, count))) => self.0 = Slices::One { slice, count },
                    _ => {}
                }
            }
        }
    }

    /// Until so many slices are forgotten that one more fits. (A plan may have become smaller meanwhile.)
    fn wait(&self, rate: Rate, now: Timestamp) -> i64 {
        let wait = |slice: i64| (rate.forgotten_at(slice) - now.millis()).max(1);
        let mut left = self.used();
        match &self.0 {
            Slices::None => rate.period,
            Slices::One { slice, .. } => wait(*slice),
            Slices::Many(slices) => {
                for (slice, count) in slices.iter() {
                    left -= count;
                    if left < rate.count {
                        return wait(*slice);
                    }
                }
                rate.period
            }
        }
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
        assert_eq!(wait, MINUTE + SECOND - 20);
        assert!(take(&mut recent, RATE, at(20 + wait - 1)).is_err());
        assert_eq!(take(&mut recent, RATE, at(20 + wait)), Ok(99));
    }

    #[test]
    fn a_steady_caller_below_the_allowance_is_never_refused() {
        for (rate, every) in [
            (RATE, 1_000),
            (RATE, 620),
            (
                Rate {
                    count: 5,
                    period: 1_000,
                },
                210,
            ),
            (
                Rate {
                    count: 50,
                    period: HOUR,
                },
                75_000,
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
        assert!(!recent.is_idle(RATE, at(60_000)));
        assert!(recent.is_idle(RATE, at(66_000)));
        assert_eq!(size_of::<Recent>(), 16);
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
                        prop_assert!(wait > 0 && wait <= period + period / SLICES + 1);
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
