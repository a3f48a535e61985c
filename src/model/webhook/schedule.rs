//! When a delivery is attempted again: later each time, never earlier than the step says, and a little later at random, so that
//! deliveries that failed together do not come back together.

use crate::model::timestamp::{DAY, HOUR, MINUTE, SECOND, Timestamp};

/// What lies between two attempts, in milliseconds.
pub const STEPS: [i64; 7] = [
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    10 * HOUR,
];

/// How much of a step chance may add, in hundredths.
const JITTER: i64 = 15;

/// The longest that a receiver may ask for, in milliseconds.
pub const LONGEST_RETRY_AFTER: i64 = DAY;

/// An endpoint that has failed for as long is switched off, in milliseconds.
pub const PATIENCE: i64 = 5 * DAY;

/// An endpoint is not switched off before a delivery has failed as often: one stumble after a quiet week is no five days.
pub const FAILED_TRIES_OF_THE_LAST: i64 = 4;

/// When the next attempt is due, after `tries` of them have failed, the last of which ended `now`; nothing: that was the last.
/// `random` is any number; `retry_after` is what the receiver asked for, in milliseconds.
pub fn next_attempt(tries: i64, now: Timestamp, retry_after: Option<i64>, random: u32) -> Option<Timestamp> {
    let step = STEPS.get(usize::try_from(tries.checked_sub(1)?).ok()?)?;
    let jitter = step * JITTER * i64::from(random) / (100 * i64::from(u32::MAX));
    let asked = retry_after.unwrap_or_default().clamp(0, LONGEST_RETRY_AFTER);
    Some(now.plus((step + jitter).max(asked)))
}

/// Whether an endpoint, whose delivery has just failed, is to be switched off.
pub fn is_to_be_switched_off(failing_since: Timestamp, tries: i64, now: Timestamp) -> bool {
    tries >= FAILED_TRIES_OF_THE_LAST && now >= failing_since.plus(PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_earlier_than_the_step_and_little_later() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        for (tries, step) in (1..).zip(STEPS) {
            for random in [0, 1, u32::MAX / 2, u32::MAX] {
                let wait = next_attempt(tries, now, None, random).unwrap().millis() - now.millis();
                assert!(wait >= step && wait * 100 <= step * 115, "{tries}: {wait}");
            }
        }
        assert_eq!(next_attempt(8, now, None, 0), None);
        assert_eq!(next_attempt(0, now, None, 0), None);
    }

    #[test]
    fn what_the_receiver_asks_for_is_waited_for_within_bounds() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let wait = |tries, asked| next_attempt(tries, now, Some(asked), 0).unwrap().millis() - now.millis();
        assert_eq!(wait(1, 120 * SECOND), 120 * SECOND);
        assert_eq!(wait(2, 120 * SECOND), 5 * MINUTE, "never sooner than the schedule");
        assert_eq!(wait(1, 400 * DAY), DAY);
        assert_eq!(wait(1, -5), 5 * SECOND);
        assert_eq!(next_attempt(8, now, Some(SECOND), 0), None);
    }

    #[test]
    fn one_stumble_after_a_quiet_week_switches_nothing_off() {
        let since = Timestamp::from_millis(1_800_000_000_000);
        assert!(!is_to_be_switched_off(since, 8, since.plus(5 * DAY - 1)));
        assert!(is_to_be_switched_off(since, 4, since.plus(5 * DAY)));
        assert!(!is_to_be_switched_off(since, 1, since.plus(9 * DAY)));
    }
}
