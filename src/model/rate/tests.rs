use super::*;
use crate::model::timestamp::{HOUR, MINUTE, SECOND};
use proptest::prelude::*;

const RATE: Rate = Rate {
    count: 100,
    period: MINUTE,
};

/// Too large for the moments of all requests.
const LARGE: Rate = Rate {
    count: 2_000,
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
    assert_eq!(wait, MINUTE - 3);
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
    assert!(!recent.is_idle(RATE, at(64_999)));
    assert!(recent.is_idle(RATE, at(65_000)));
    assert_eq!((size_of::<Recent>(), size_of::<Ring>()), (16, 64));
}

#[test]
fn little_is_remembered_in_place() {
    for rate in [RATE, LARGE] {
        let mut recent = Recent::default();
        for millis in [0, 20_000, 40_000] {
            take(&mut recent, rate, at(millis)).unwrap();
        }
        assert!(matches!(recent.0, Memory::Brief(_) | Memory::Few(_)), "{recent:?}");
    }
}

/// However the requests of a period lie, whoever repeats them period after period is let through: what the plan sells.
#[test]
fn exactly_what_the_plan_sells_is_never_refused() {
    for (count, period) in [
        (20, HOUR),
        (100, MINUTE),
        (7, SECOND),
        (1_000, MINUTE),
        (6_000, MINUTE),
        (50_000, HOUR),
    ] {
        let (rate, many) = (Rate { count, period }, i64::from(count));
        let evenly: Vec<i64> = (0..many).map(|turn| turn * period / many).collect();
        let bursts: Vec<i64> = (0..many).map(|turn| turn % 3 * period / 3).collect();
        for mut pattern in [
            evenly,
            vec![0; count as usize],
            bursts,
            (0..many).map(|turn| turn / 4).collect(),
        ] {
            pattern.sort_unstable();
            for begins in [0, 17, period / 24, period - 1] {
                let mut recent = Recent::default();
                for (turn, millis) in (0..3).flat_map(|turn| pattern.iter().map(move |millis| (turn, millis))) {
                    let now = at(begins + turn * period + millis);
                    assert!(
                        take(&mut recent, rate, now).is_ok(),
                        "{rate:?} {begins}, window {turn} at {millis}"
                    );
                }
                // And not one more, where moments count.
                if count as usize > exact::MOST {
                    continue;
                }
                let last = begins + 2 * period + pattern.last().unwrap();
                let wait = take(&mut recent, rate, at(last)).unwrap_err();
                assert!((1..=period).contains(&wait), "{rate:?}: {wait}");
            }
        }
    }
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
        assert!(wait <= MINUTE, "{wait}");
        for _ in 0..100 {
            take(&mut recent, RATE, at(wait)).unwrap();
        }
    }
}

#[test]
fn a_plan_that_becomes_larger_or_smaller_loses_nothing() {
    let mut recent = Recent::default();
    let full = Rate { count: 1_024, ..RATE };
    for turn in 0..1_024 {
        take(&mut recent, full, at(turn)).unwrap();
    }
    assert!(take(&mut recent, full, at(2_000)).is_err());
    for left in (0..976).rev() {
        assert_eq!(take(&mut recent, LARGE, at(2_000)), Ok(left));
    }
    assert!(take(&mut recent, LARGE, at(2_000)).is_err());
    let wait = take(&mut recent, RATE, at(3_000)).unwrap_err();
    assert_eq!(take(&mut recent, RATE, at(3_000 + wait)).map(|_| ()), Ok(()));
}

/// What is remembered, said simply: all that was let through.
struct Model {
    rate: Rate,
    accepted: Vec<i64>,
}

impl Model {
    /// Whether one more has room, when moments count.
    fn has_room(&self, now: i64) -> bool {
        let lately = self
            .accepted
            .iter()
            .rev()
            .take_while(|&&moment| moment > now - self.rate.period);
        lately.count() < self.rate.count as usize
    }

    /// Whether one more has room, when slices count.
    fn has_room_in_slices(&self, now: i64) -> bool {
        let slice = |millis| self.rate.slice(at(millis));
        let lately = self
            .accepted
            .iter()
            .rev()
            .take_while(|&&moment| slice(moment) > slice(now) - SLICES as i64);
        lately.count() < self.rate.count as usize
    }
}

fn gaps() -> impl Strategy<Value = Vec<i64>> {
    let gap = prop_oneof![4 => Just(0), 4 => 0i64..20, 4 => 0i64..120, 1 => 990i64..1_010];
    proptest::collection::vec(gap, 1..400)
}

proptest! {
    /// Whatever the gaps: who is let through is who has room, no window of one period holds more than the allowance, and waiting
    /// as long as told suffices, and is no longer than the period.
    #[test]
    fn no_window_holds_more_than_the_allowance(
        count in 1u32..40,
        period in prop_oneof![Just(1_000), Just(MINUTE), Just(HOUR)],
        gaps in gaps(),
    ) {
        let rate = Rate { count, period };
        let (mut recent, mut now) = (Recent::default(), 0);
        let mut model = Model { rate, accepted: Vec::new() };
        for gap in gaps {
            now += gap * period / 1_000;
            let has_room = model.has_room(now);
            match take(&mut recent, rate, at(now)) {
                Ok(_) => {
                    prop_assert!(has_room);
                    model.accepted.push(now);
                }
                Err(wait) => {
                    prop_assert!(!has_room);
                    prop_assert!(take(&mut recent.clone(), rate, at(now + wait)).is_ok());
                    // And not a moment longer than it takes.
                    prop_assert!(!model.has_room(now + wait - 1));
                    prop_assert!(wait > 0 && wait <= period);
                }
            }
        }
        let accepted = &model.accepted;
        for (index, first) in accepted.iter().enumerate() {
            let within = accepted[index..].iter().take_while(|later| *later - first < period).count();
            prop_assert!(within <= count as usize, "{within} from {first}: {accepted:?}");
        }
    }

    /// A large limit counts in slices, and what it counts is what a simple model of them counts.
    #[test]
    fn no_slices_in_a_row_hold_more_than_a_large_allowance(
        count in 1_025u32..1_400,
        period in prop_oneof![Just(1_000), Just(MINUTE), Just(HOUR)],
        steps in proptest::collection::vec((0i64..400, 0usize..500), 1..12),
    ) {
        let rate = Rate { count, period };
        let (mut recent, mut now) = (Recent::default(), 0);
        let mut model = Model { rate, accepted: Vec::new() };
        for (gap, requests) in steps {
            now += gap * period / 1_000;
            for _ in 0..requests {
                let has_room = model.has_room_in_slices(now);
                match take(&mut recent, rate, at(now)) {
                    Ok(_) => {
                        prop_assert!(has_room);
                        model.accepted.push(now);
                    }
                    Err(wait) => {
                        // Whoever keeps to the allowance in every period is never refused.
                        prop_assert!(!has_room && !model.has_room(now));
                        prop_assert!(wait > 0 && wait <= period);
                        prop_assert!(model.has_room_in_slices(now + wait));
                        prop_assert!(!model.has_room_in_slices(now + wait - 1));
                        prop_assert!(take(&mut recent.clone(), rate, at(now + wait)).is_ok());
                        break;
                    }
                }
            }
        }
    }
}
