//! A moment: integer milliseconds since 1970-01-01T00:00:00Z, and the ways a person or a program reads it.

use std::time::Duration;

use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, UtcOffset};

/// Milliseconds since 1970, UTC. Always within the years 0 to 9999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// One second, minute, hour and day in milliseconds.
pub const SECOND: i64 = 1_000;
/// Milliseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds.
pub const DAY: i64 = 24 * HOUR;

/// 9999-12-31T23:59:59.999Z, beyond which RFC 3339 has no form.
const LATEST: i64 = 253_402_300_799_999;

impl Timestamp {
    /// A moment from milliseconds since 1970; what lies outside of the calendar is moved to its edge.
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, LATEST))
    }

    /// Milliseconds since 1970.
    pub fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Whole hours since 1970, the unit usage is counted in.
    pub fn hour(self) -> i64 {
        self.0.div_euclid(HOUR)
    }

    /// `millis` later (or earlier, when negative).
    pub fn plus(self, millis: i64) -> Self {
        Self::from_millis(self.0.saturating_add(millis))
    }

    /// How long after `earlier` this is; nothing if it is before.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// Midnight (UTC) that began this day.
    pub fn start_of_day(self) -> Self {
        Self(self.0 - self.0.rem_euclid(DAY))
    }

    /// Midnight (UTC) that began the first day of this month.
    pub fn start_of_month(self) -> Self {
        let before = i64::from(self.to_offset().day()) - 1;
        self.start_of_day().plus(-before * DAY)
    }

    /// Reads RFC 3339 (`2026-12-24T18:00:00Z`), what a browser's date and time fields send (`2026-12-24T18:00`), or a
    /// bare date, which means the end of that day in UTC.
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
            return Self::from_offset(at);
        }
        if let Ok(at) =
            time::PrimitiveDateTime::parse(text, format_description!("[year]-[month]-[day]T[hour]:[minute]"))
        {
            return Self::from_offset(at.assume_utc());
        }
        let date = Date::parse(text, format_description!("[year]-[month]-[day]")).ok()?;
        Self::from_offset(date.with_hms(23, 59, 59).ok()?.assume_utc())
    }

    /// Reads what programs are told to send: RFC 3339 to the letter, or a bare date.
    pub fn parse_exactly(text: &str) -> Option<Self> {
        let is_shaped = match text.as_bytes() {
            // The parser takes whatever stands there.
            [_, _, _, _, _, _, _, _, _, _, between, ..] => {
                b"Tt".contains(between) && text.len() > "2026-12-24T18:00".len()
            }
            date => date.len() == "2026-12-24".len() && date[0].is_ascii_digit(),
        };
        Self::parse(text).filter(|_| is_shaped)
    }

    fn from_offset(at: OffsetDateTime) -> Option<Self> {
        let millis = i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).ok()?;
        (0..=LATEST).contains(&millis).then_some(Self(millis))
    }

    fn to_offset(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .to_offset(UtcOffset::UTC)
    }

    /// RFC 3339 in UTC, with milliseconds only when there are any: `2026-12-24T18:00:00Z`.
    pub fn rfc3339(self) -> String {
        self.to_offset().format(&Rfc3339).unwrap_or_default()
    }

    /// For people: `24 Dec 2026, 18:00:00 UTC`.
    pub fn exact(self) -> String {
        self.to_offset()
            .format(format_description!(
                "[day padding:none] [month repr:short] [year], [hour]:[minute]:[second] UTC"
            ))
            .unwrap_or_default()
    }

    /// For people, the day alone: `24 Dec 2026`.
    pub fn day(self) -> String {
        self.to_offset()
            .format(format_description!("[day padding:none] [month repr:short] [year]"))
            .unwrap_or_default()
    }

    /// For people who know the year: `24 Dec`.
    pub fn day_and_month(self) -> String {
        self.to_offset()
            .format(format_description!("[day padding:none] [month repr:short]"))
            .unwrap_or_default()
    }

    /// The time of day without seconds: `18:00`.
    pub fn hour_and_minute(self) -> String {
        self.to_offset()
            .format(format_description!("[hour]:[minute]"))
            .unwrap_or_default()
    }

    /// For a `<input type="date">`: `2026-12-24`.
    pub fn iso_day(self) -> String {
        self.to_offset()
            .format(format_description!("[year]-[month]-[day]"))
            .unwrap_or_default()
    }

    /// The time of day alone: `18:00:00`.
    pub fn time_of_day(self) -> String {
        self.to_offset()
            .format(format_description!("[hour]:[minute]:[second]"))
            .unwrap_or_default()
    }

    /// For people, seen from `now`: `just now`, `3 minutes ago`, `in 5 days`.
    pub fn relative(self, now: Self) -> String {
        let distance = self.0.abs_diff(now.0);
        let words = match i64::try_from(distance).unwrap_or(i64::MAX) {
            ..10_000 => return if self.0 > now.0 { "in a moment" } else { "just now" }.to_owned(),
            d if d < MINUTE => plural(d / SECOND, "second"),
            d if d < HOUR => plural(d / MINUTE, "minute"),
            d if d < DAY => plural(d / HOUR, "hour"),
            d if d < 60 * DAY => plural(d / DAY, "day"),
            d if d < 730 * DAY => plural(d / (30 * DAY), "month"),
            d => plural(d / (365 * DAY), "year"),
        };
        if self.0 > now.0 {
            format!("in {words}")
        } else {
            format!("{words} ago")
        }
    }
}

/// `1 day`, `2 days`.
pub fn plural(count: i64, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_programs_and_browsers_send() {
        let noon = Timestamp::from_millis(1_800_014_400_000);
        assert_eq!(Timestamp::parse(&noon.rfc3339()), Some(noon));
        assert_eq!(
            Timestamp::parse("2027-01-15T13:00:00+01:00"),
            Timestamp::parse("2027-01-15T12:00")
        );
        assert_eq!(
            Timestamp::parse("2027-01-15").map(Timestamp::rfc3339).as_deref(),
            Some("2027-01-15T23:59:59Z")
        );
        for nonsense in [
            "",
            "tomorrow",
            "2027-13-01",
            "-2027-01-01",
            "1969-01-01",
            "2027-01-15T12:00:00",
            "+99999-01-01",
        ] {
            assert_eq!(Timestamp::parse(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn programs_write_moments_in_one_way() {
        for good in ["2027-01-15T12:00:00Z", "2027-01-15t12:00:00.25+01:00", "2027-01-15"] {
            assert_eq!(Timestamp::parse_exactly(good), Timestamp::parse(good), "{good}");
            assert!(Timestamp::parse_exactly(good).is_some(), "{good}");
        }
        for other in [
            "",
            "2027-01-15T12:00",
            "2027-01-15 12:00:00Z",
            "2027-01-15_12:00:00Z",
            " 2027-01-15",
            "2027-01-15 ",
            "+2027-01-15",
            "2027-1-15",
        ] {
            assert_eq!(Timestamp::parse_exactly(other), None, "{other}");
        }
    }

    #[test]
    fn speaks_to_people() {
        let now = Timestamp::from_millis(1_800_014_400_000);
        assert_eq!(now.plus(-3 * MINUTE).relative(now), "3 minutes ago");
        assert_eq!(now.plus(5 * DAY).relative(now), "in 5 days");
        assert_eq!(now.plus(-HOUR).relative(now), "1 hour ago");
        assert_eq!(now.relative(now), "just now");
        assert_eq!(now.exact(), "15 Jan 2027, 12:00:00 UTC");
    }
}
