//! The same numbers for programs: a line for each hour or day and environment, a column for each reason.

use std::collections::BTreeSet;

use actix_web::HttpResponse;

use super::query::Query;
use crate::domain::usage::report::Report;
use crate::model::usage::{Series, Unit};
use crate::web::csv::Csv;

pub(super) fn answer(report: &Report, query: &Query, name: &str) -> HttpResponse {
    let unit = report.range.unit();
    let series = report.series.iter();
    let series: Vec<&Series> = series
        .filter(|series| query.environment.is_none_or(|only| only == series.environment))
        .collect();
    let points = series.iter().flat_map(|series| &series.points);
    let reasons: BTreeSet<&str> = points
        .flat_map(|point| point.refused.keys().map(String::as_str))
        .collect();
    let mut csv = Csv::default();
    let begin = match unit {
        Unit::Hour => "hour_utc",
        Unit::Day => "day_utc",
    };
    let heads = [begin, "environment", "accepted", "refused"];
    csv.line(heads.into_iter().chain(reasons.iter().copied()));
    for place in 0..report.range.length() {
        let at = unit.start(report.first + place as i64);
        let at = match unit {
            Unit::Hour => at.rfc3339(),
            Unit::Day => at.iso_day(),
        };
        for series in &series {
            let Some(point) = series.points.get(place) else {
                continue;
            };
            let numbers = [point.accepted, point.refused()].into_iter();
            let by_reason = reasons
                .iter()
                .map(|reason| point.refused.get(*reason).copied().unwrap_or_default());
            let cells = [at.clone(), series.environment.to_string()].into_iter();
            csv.line(cells.chain(numbers.chain(by_reason).map(|number| number.to_string())));
        }
    }
    csv.answer(&format!("usage-{name}-{}", report.range.as_str()))
}
