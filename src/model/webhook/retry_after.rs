//! `Retry-After`, as a receiver says it: seconds, or a moment.

use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::model::timestamp::{SECOND, Timestamp};

/// When a receiver wants to be asked again. How far it is believed is for the schedule to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    Seconds(u64),
    At(Timestamp),
}

impl RetryAfter {
    /// Reads the header; what has no meaning is as if it were not there.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::Seconds(text.parse().unwrap_or(u64::MAX)));
        }
        let form =
            format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
        let at: OffsetDateTime = PrimitiveDateTime::parse(text, form).ok()?.assume_offset(UtcOffset::UTC);
        Some(Self::At(Timestamp::from_millis(
            at.unix_timestamp().saturating_mul(SECOND),
        )))
    }

    /// The moment that is meant, said at `now`; never before it.
    pub fn moment(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Seconds(seconds) => now.plus(i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(SECOND)),
            Self::At(at) => at.max(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read() {
        let now = Timestamp::parse("2027-01-15T12:00:00Z").unwrap();
        for (text, moment) in [
            ("0", "2027-01-15T12:00:00Z"),
            ("120", "2027-01-15T12:02:00Z"),
            (" 120 ", "2027-01-15T12:02:00Z"),
            ("Fri, 15 Jan 2027 13:00:00 GMT", "2027-01-15T13:00:00Z"),
            ("Fri, 15 Jan 2027 11:00:00 GMT", "2027-01-15T12:00:00Z"),
        ] {
            let read = RetryAfter::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(read.moment(now), Timestamp::parse(moment).unwrap(), "{text}");
        }
    }

    #[test]
    fn a_number_of_any_length_ends_with_the_calendar() {
        let now = Timestamp::from_millis(0);
        let far = RetryAfter::parse("99999999999999999999999999").unwrap();
        assert_eq!(far.moment(now), Timestamp::from_millis(i64::MAX));
    }

    #[test]
    fn nonsense_is_nothing() {
        for text in [
            "",
            " ",
            "soon",
            "-1",
            "1.5",
            "+3",
            "2027-01-15T13:00:00Z",
            "Fri, 99 Jan 2027 13:00:00 GMT",
        ] {
            assert_eq!(RetryAfter::parse(text), None, "{text:?}");
        }
    }
}
