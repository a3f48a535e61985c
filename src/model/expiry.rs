//! When a key ends: the presets of the form, and the rule that an expiry lies in the future.

use crate::model::timestamp::{DAY, Timestamp};

/// The presets that the new-key form offers, in days.
pub const PRESET_DAYS: [i64; 3] = [7, 30, 90];

/// The preset of a program, that writes the date as it is told to.
pub const EXACTLY: &str = "exactly";

/// Reads an expiry from the form: a date wins over a preset, because who typed a date meant it.
///
/// `preset` is `7`, `30`, `90`, `date`, `never`, [`EXACTLY`] or nothing; `date` is anything [`Timestamp::parse`] reads, and with
/// [`EXACTLY`] what [`Timestamp::parse_exactly`] reads. The error is
/// a sentence for the field `expires_at`.
pub fn parse(preset: &str, date: &str, now: Timestamp) -> Result<Option<Timestamp>, &'static str> {
    if preset == EXACTLY {
        let at = Timestamp::parse_exactly(date).ok_or(HOW_TO_WRITE)?;
        return in_the_future(at, now).map(Some);
    }
    let date = date.trim();
    if !date.is_empty() {
        return parse_date(date, now).map(Some);
    }
    match preset {
        "date" => Err("Pick the date, or choose another expiry."),
        "" | "never" => Ok(None),
        days => match days.parse::<i64>() {
            Ok(days) if PRESET_DAYS.contains(&days) => Ok(Some(now.plus(days * DAY))),
            _ => Err("Choose one of the expiries offered."),
        },
    }
}

/// Reads a moment that lies in the future.
pub fn parse_date(text: &str, now: Timestamp) -> Result<Timestamp, &'static str> {
    in_the_future(Timestamp::parse(text.trim()).ok_or(HOW_TO_WRITE)?, now)
}

const HOW_TO_WRITE: &str = "Write the date like 2027-01-31 or 2027-01-31T18:00:00Z.";

fn in_the_future(at: Timestamp, now: Timestamp) -> Result<Timestamp, &'static str> {
    if at <= now {
        return Err("Pick a moment in the future: a key that has already expired would never work.");
    }
    Ok(at)
}

/// How many days before its end a key's people are told, first to last.
pub const NOTICE_DAYS: [i64; 3] = [14, 3, 1];

/// When people are told next that a key ends: the earliest notice that lies ahead. A key that is made, or given a new end, with
/// fewer days to live gets those that are left.
pub fn next_notice(expires_at: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let expires_at = expires_at?;
    let notices = NOTICE_DAYS.into_iter().map(|days| expires_at.plus(-days * DAY));
    notices.filter(|at| *at > now).min()
}

/// When it is looked whether the old key of a roll is still used: a day before its end, or half of a day-long grace. Whoever gave it less
/// than a day knows.
pub fn notice_of_rolled(end: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let left = end.millis() - now.millis();
    (left >= DAY).then(|| end.plus(-DAY.min(left / 2)))
}

/// Which notice it is that is due now, in days: the last that has come, when several have.
pub fn due_notice(expires_at: Timestamp, now: Timestamp) -> i64 {
    let has_come = |days: &i64| expires_at.plus(-days * DAY) <= now;
    NOTICE_DAYS.into_iter().filter(has_come).min().unwrap_or(NOTICE_DAYS[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_lie_ahead() {
        let end = Timestamp::from_millis(1_800_014_400_000);
        let next = |before: i64| next_notice(Some(end), end.plus(-before)).map(|at| (end.millis() - at.millis()) / DAY);
        for (before, days) in [
            (90 * DAY, Some(14)),
            (14 * DAY + 1, Some(14)),
            (14 * DAY, Some(3)),
            (7 * DAY, Some(3)),
            (3 * DAY, Some(1)),
            (DAY + 1, Some(1)),
            (DAY, None),
            (1, None),
            (-1, None),
        ] {
            assert_eq!(next(before), days, "{before} ms before");
        }
        assert_eq!(next_notice(None, end), None);
    }

    #[test]
    fn the_old_key_of_a_roll_is_looked_at_a_day_before_its_end() {
        let now = Timestamp::from_millis(1_800_014_400_000);
        let before =
            |grace: i64| notice_of_rolled(now.plus(grace), now).map(|at| now.plus(grace).millis() - at.millis());
        assert_eq!([7 * DAY, 2 * DAY].map(before), [Some(DAY); 2]);
        assert_eq!([DAY, DAY / 24].map(before), [Some(DAY / 2), None]);
    }

    #[test]
    fn of_several_notices_the_last_is_given() {
        let end = Timestamp::from_millis(1_800_014_400_000);
        for (before, days) in [
            (14 * DAY, 14),
            (4 * DAY, 14),
            (3 * DAY, 3),
            (2 * DAY, 3),
            (DAY, 1),
            (1, 1),
        ] {
            assert_eq!(due_notice(end, end.plus(-before)), days, "{before} ms before");
        }
    }

    #[test]
    fn presets_dates_and_never() {
        let now = Timestamp::from_millis(1_800_014_400_000);
        assert_eq!(parse("30", "", now), Ok(Some(now.plus(30 * DAY))));
        assert_eq!(parse("never", "", now), Ok(None));
        assert_eq!(parse("", "", now), Ok(None));
        assert_eq!(
            parse("30", "2027-02-01", now),
            Ok(Timestamp::parse("2027-02-01")),
            "a date wins"
        );
        for (preset, date) in [
            ("date", ""),
            (EXACTLY, ""),
            (EXACTLY, "2027-02-01T12:00"),
            (EXACTLY, " 2027-02-01"),
            ("31", ""),
            ("-7", ""),
            ("x", ""),
            ("date", "2020-01-01"),
            ("", "soon"),
        ] {
            assert!(parse(preset, date, now).is_err(), "{preset} {date}");
        }
    }
}
