//! Bar charts, drawn here: how high each bar is, where lines and labels stand. Whole numbers all along.

use std::fmt::Write;

use crate::model::usage::{Counts, DAILY, Daily, Unit};
use crate::web::amounts::grouped;

/// How wide and high a chart is, in its own units: ten to a pixel.
pub(in crate::web) const WIDTH: i64 = 7_200;
/// The same.
pub(in crate::web) const HEIGHT: i64 = 1_800;

/// What is not nothing can be seen.
const LOWEST: i64 = 20;

/// Accepted and refused requests by hour or day, one above the other.
pub(in crate::web) struct Chart {
    pub(in crate::web) title: String,
    /// What it shows, for people who do not see it.
    pub(in crate::web) description: String,
    /// The bars, as paths.
    pub(in crate::web) accepted: String,
    pub(in crate::web) refused: String,
    /// What is said where somebody points.
    pub(in crate::web) spots: Vec<Spot>,
    /// Labels from top to bottom, and from left to right.
    pub(in crate::web) vertical: [String; 3],
    pub(in crate::web) horizontal: Vec<String>,
}

/// A column with anything in it.
pub(in crate::web) struct Spot {
    pub(in crate::web) x: i64,
    pub(in crate::web) width: i64,
    pub(in crate::web) words: String,
}

/// What is in an hour or day: `24 Dec 2026, 18:00`.
pub(in crate::web) fn moment(unit: Unit, number: i64) -> String {
    let at = unit.start(number);
    match unit {
        Unit::Hour => format!("{}, {}", at.day(), at.hour_and_minute()),
        Unit::Day => at.day(),
    }
}

impl Chart {
    /// Of hours or days that begin with the `first`.
    pub(in crate::web) fn new(title: String, unit: Unit, first: i64, points: &[Counts]) -> Self {
        let length = points.len().max(1) as i64;
        let highest = points.iter().map(Counts::all).max().unwrap_or_default();
        let top = top(highest);
        let (mut accepted, mut refused, mut spots) = (String::new(), String::new(), Vec::new());
        for ((place, number), point) in (0..).zip(first..).zip(points) {
            let (from, to) = (place * WIDTH / length, (place + 1) * WIDTH / length);
            let width = (to - from - gap(to - from)).max(1);
            let low = height(point.accepted, top);
            bar(&mut accepted, from, 0, width, low);
            bar(&mut refused, from, low, width, height(point.refused(), top));
            if point.all() > 0 {
                spots.push(Spot {
                    x: from,
                    width: to - from,
                    words: format!(
                        "{}: {} accepted, {} refused",
                        moment(unit, number),
                        grouped(point.accepted),
                        grouped(point.refused())
                    ),
                });
            }
        }
        let last = first + length - 1;
        let mut description = format!(
            "{} bars from {} to {} (UTC), on a scale from 0 to {} requests.",
            length,
            moment(unit, first),
            moment(unit, last),
            grouped(top)
        );
        if let Some((place, point)) = points.iter().enumerate().rev().max_by_key(|(_, point)| point.all()) {
            let _ = write!(
                description,
                " The most in one {} is {}: {}.",
                unit.words(),
                grouped(point.all()),
                moment(unit, first + place as i64)
            );
        }
        Self {
            title,
            description,
            accepted,
            refused,
            spots,
            vertical: [grouped(top), grouped(top / 2), "0".to_owned()],
            horizontal: horizontal(unit, first, length),
        }
    }
}

/// A small picture of some days, today last.
pub(in crate::web) struct Spark {
    /// Of all the days.
    pub(in crate::web) total: i64,
    pub(in crate::web) today: i64,
    pub(in crate::web) path: String,
    /// What it shows, in words.
    pub(in crate::web) label: String,
}

impl Spark {
    /// Of accepted requests.
    pub(in crate::web) fn new(daily: &Daily) -> Self {
        let (total, most) = (daily.iter().sum(), daily.iter().copied().max().unwrap_or_default());
        let today = daily.last().copied().unwrap_or_default();
        let mut path = String::new();
        for (place, count) in daily.iter().enumerate().filter(|(_, count)| **count > 0) {
            // What is not nothing can be seen.
            let height = (i128::from(*count) * 20 / i128::from(most)).max(2);
            let _ = write!(path, "M{} 20v-{height}h4v{height}z", place * 6);
        }
        let requests = if total == 1 { "request" } else { "requests" };
        let label = format!(
            "{} accepted {requests} in {} days, {} of them today",
            grouped(total),
            DAILY,
            grouped(today)
        );
        Self {
            total,
            today,
            path,
            label,
        }
    }
}

/// The least even and round number that is not less.
fn top(highest: i64) -> i64 {
    let mut scale: i64 = 1;
    loop {
        for digit in [2, 4, 6, 8, 10] {
            let round = scale.saturating_mul(digit);
            if round >= highest {
                return round;
            }
        }
        scale = scale.saturating_mul(10);
    }
}

fn height(count: i64, top: i64) -> i64 {
    let exact = i128::from(count) * i128::from(HEIGHT) / i128::from(top.max(1));
    let height = i64::try_from(exact).unwrap_or(HEIGHT);
    if count > 0 { height.max(LOWEST) } else { 0 }
}

fn gap(slot: i64) -> i64 {
    if slot > 60 { slot / 5 } else { slot / 10 }
}

fn bar(path: &mut String, x: i64, above: i64, width: i64, height: i64) {
    if height > 0 {
        let y = (HEIGHT - above).max(height);
        // Writing to a string does not fail.
        let _ = write!(path, "M{x} {y}v-{height}h{width}v{height}z");
    }
}

fn horizontal(unit: Unit, first: i64, length: i64) -> Vec<String> {
    let steps = 4.min(length - 1).max(1);
    (0..=steps)
        .map(|step| {
            let at = unit.start(first + step * (length - 1) / steps);
            match unit {
                Unit::Hour if length <= 24 => at.hour_and_minute(),
                _ => at.day_and_month(),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(accepted: i64, expired: i64) -> Counts {
        let mut counts = Counts::default();
        counts.add("accepted", accepted);
        counts.add("expired", expired);
        counts
    }

    #[test]
    fn small_bars_fit_and_can_be_seen() {
        let mut daily = Daily::default();
        (daily[0], daily[12], daily[13]) = (1, 1_000, 500);
        let spark = Spark::new(&daily);
        assert_eq!(spark.path, "M0 20v-2h4v2zM72 20v-20h4v20zM78 20v-10h4v10z");
        assert_eq!(spark.label, "1,501 accepted requests in 14 days, 500 of them today");
        assert_eq!(Spark::new(&Daily::default()).path, "");
    }

    #[test]
    fn scales_are_round() {
        let pairs = [
            (0, 2),
            (1, 2),
            (3, 4),
            (10, 10),
            (11, 20),
            (41, 60),
            (61, 80),
            (999, 1_000),
            (1_001, 2_000),
        ];
        for (highest, expected) in pairs {
            assert_eq!(top(highest), expected, "{highest}");
        }
        assert!(top(i64::MAX) > 0);
    }

    #[test]
    fn bars_stand_on_one_another_and_small_ones_can_be_seen() {
        let points = [counts(500, 500), counts(0, 0), counts(0, 1), counts(1_000, 0)];
        let chart = Chart::new("Requests".to_owned(), Unit::Day, 20_000, &points);
        assert_eq!(chart.accepted, "M0 1800v-900h1440v900zM5400 1800v-1800h1440v1800z");
        assert_eq!(chart.refused, "M0 900v-900h1440v900zM3600 1800v-20h1440v20z");
        assert_eq!(chart.vertical, ["1,000", "500", "0"]);
        let words: Vec<_> = chart.spots.iter().map(|spot| spot.words.as_str()).collect();
        assert_eq!(
            words,
            [
                "4 Oct 2024: 500 accepted, 500 refused",
                "6 Oct 2024: 0 accepted, 1 refused",
                "7 Oct 2024: 1,000 accepted, 0 refused"
            ]
        );
        assert_eq!(
            chart.description,
            "4 bars from 4 Oct 2024 to 7 Oct 2024 (UTC), on a scale from 0 to 1,000 requests. \
             The most in one day is 1,000: 4 Oct 2024."
        );
        assert_eq!(chart.horizontal, ["4 Oct", "5 Oct", "6 Oct", "7 Oct"]);
    }
}
