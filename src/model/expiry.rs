//! When a key ends: the presets of the form, and the rule that an expiry lies in the future.

use crate::model::timestamp::{DAY, Timestamp};

/// The presets that the new-key form offers, in days.
pub const PRESET_DAYS: [i64; 3] = [7, 30, 90];

/// Reads an expiry from the form: a date wins over a preset, because who typed a date meant it.
///
/// `preset` is `7`, `30`, `90`, `date`, `never` or nothing; `date` is anything [`Timestamp::parse`] reads. The error is
/// a sentence for the field `expires_at`.
pub fn parse(preset: &str, date: &str, now: Timestamp) -> Result<Option<Timestamp>, &'static str> {
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
    let at = Timestamp::parse(text.trim()).ok_or("Write the date like 2027-01-31 or 2027-01-31T18:00:00Z.")?;
    if at <= now {
        return Err("Pick a moment in the future: a key that has already expired would never work.");
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

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
