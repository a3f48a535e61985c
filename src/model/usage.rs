//! How much was asked: counts by outcome, and the stretches of time that people look at.

use std::collections::BTreeMap;

use super::access::Environment;
use super::timestamp::{DAY, HOUR, Timestamp};

/// The outcome of an allowed request; the others are [`super::verdict::Refusal::reason`].
pub const ACCEPTED: &str = "accepted";

/// How many days small pictures show, today included.
pub const DAILY: usize = 14;

/// Requests of each of these days, oldest first, today last.
pub type Daily = [i64; DAILY];

/// Days since 1970 of the oldest of these days.
pub fn first_of_daily(now: Timestamp) -> i64 {
    Unit::Day.of(now) + 1 - DAILY as i64
}

/// Where a day stands among them; a clock that runs ahead on another node counts as today.
pub fn place_in_daily(day: i64, first: i64) -> usize {
    usize::try_from(day - first).unwrap_or_default().min(DAILY - 1)
}

/// A stretch of time that ends now. Hours and days are those of UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    Day,
    #[default]
    Week,
    Month,
    Quarter,
    Year,
}

/// What a range is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Hour,
    Day,
}

/// Requests of one stretch of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub accepted: i64,
    /// By reason.
    pub refused: BTreeMap<String, i64>,
}

/// Requests with keys of one environment.
#[derive(Clone, Debug)]
pub struct Series {
    pub environment: Environment,
    /// One for each hour or day, oldest first.
    pub points: Vec<Counts>,
    /// In as many hours or days before.
    pub before: Counts,
    /// Accepted ones by the route that names them; by nothing, what none names.
    pub routes: BTreeMap<String, i64>,
    /// Those that a limit had no room for, by its name.
    pub limits: BTreeMap<String, i64>,
}

impl Range {
    /// All of them, the shortest first.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// What URLs call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Quarter => "90d",
            Self::Year => "12m",
        }
    }

    /// What people call it: `in the last …`, `the … before`.
    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "24 hours",
            Self::Week => "7 days",
            Self::Month => "30 days",
            Self::Quarter => "90 days",
            Self::Year => "12 months",
        }
    }

    /// The range of this name; what is none is the usual one.
    pub fn named(text: &str) -> Self {
        let mut all = Self::ALL.into_iter();
        all.find(|range| range.as_str() == text).unwrap_or_default()
    }

    pub fn unit(self) -> Unit {
        match self {
            Self::Day | Self::Week => Unit::Hour,
            Self::Month | Self::Quarter | Self::Year => Unit::Day,
        }
    }

    /// How many hours or days it has, the one that is now included.
    pub fn length(self) -> usize {
        match self {
            Self::Day => 24,
            Self::Week => 7 * 24,
            Self::Month => 30,
            Self::Quarter => 90,
            Self::Year => 365,
        }
    }

    /// The first hour or day of it.
    pub fn first(self, now: Timestamp) -> i64 {
        self.unit().of(now) + 1 - self.length() as i64
    }
}

/// The first day of the month that a day is in, both in days since 1970.
pub fn month_of(day: i64) -> i64 {
    Unit::Day.of(Unit::Day.start(day).start_of_month())
}

impl Unit {
    pub fn millis(self) -> i64 {
        match self {
            Self::Hour => HOUR,
            Self::Day => DAY,
        }
    }

    pub fn words(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// Whole hours or days since 1970.
    pub fn of(self, at: Timestamp) -> i64 {
        at.millis().div_euclid(self.millis())
    }

    /// When an hour or day begins.
    pub fn start(self, number: i64) -> Timestamp {
        Timestamp::from_millis(number.saturating_mul(self.millis()))
    }
}

impl Counts {
    pub fn add(&mut self, outcome: &str, count: i64) {
        match outcome {
            ACCEPTED => self.accepted += count,
            _ => match self.refused.get_mut(outcome) {
                Some(known) => *known += count,
                None => drop(self.refused.insert(outcome.to_owned(), count)),
            },
        }
    }

    pub fn add_all(&mut self, other: &Self) {
        self.add(ACCEPTED, other.accepted);
        for (reason, count) in &other.refused {
            self.add(reason, *count);
        }
    }

    pub fn refused(&self) -> i64 {
        self.refused.values().sum()
    }

    pub fn all(&self) -> i64 {
        self.accepted + self.refused()
    }
}

impl Series {
    pub fn sum(&self) -> Counts {
        let mut sum = Counts::default();
        self.points.iter().for_each(|point| sum.add_all(point));
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_end_with_the_hour_or_day_that_is_now() {
        let now = Timestamp::parse("2026-11-30T12:34").unwrap();
        let first = |range: Range| range.unit().start(range.first(now)).rfc3339();
        let firsts = Range::ALL.map(first);
        assert_eq!(
            firsts,
            [
                "2026-11-29T13:00:00Z",
                "2026-11-23T13:00:00Z",
                "2026-11-01T00:00:00Z",
                "2026-09-02T00:00:00Z",
                "2025-12-01T00:00:00Z",
            ]
        );
        for range in Range::ALL {
            assert_eq!(Range::named(range.as_str()), range);
        }
        assert_eq!(Range::named("forever"), Range::Week);
    }

    #[test]
    fn months_begin_with_their_first_day() {
        let month = |text: &str| {
            let day = Unit::Day.of(Timestamp::parse(text).unwrap());
            Unit::Day.start(month_of(day)).iso_day()
        };
        for (day, first) in [
            ("2026-11-30", "2026-11-01"),
            ("2026-12-01", "2026-12-01"),
            ("2024-02-29", "2024-02-01"),
            ("2026-01-01", "2026-01-01"),
        ] {
            assert_eq!(month(day), first);
        }
    }

    #[test]
    fn counts_are_added_by_outcome() {
        let mut counts = Counts::default();
        for (outcome, count) in [
            (ACCEPTED, 2),
            ("expired", 3),
            (ACCEPTED, 1),
            ("expired", 1),
            ("disabled", 5),
        ] {
            counts.add(outcome, count);
        }
        assert_eq!((counts.accepted, counts.refused(), counts.all()), (3, 9, 12));
        let mut both = counts.clone();
        both.add_all(&counts);
        assert_eq!((both.accepted, both.refused["expired"]), (6, 8));
    }
}
