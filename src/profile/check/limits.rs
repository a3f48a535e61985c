//! `[limit.<name>]`.

use super::names::Names;
use crate::profile::raw::{Notes, Placed, Section};
use crate::profile::{LimitOf, Period, RateLimit};

/// More would leave less than a nanosecond between two requests.
const MOST: u32 = 1_000_000_000;
const PERIODS: [(&str, Period); 4] = [
    ("second", Period::Second),
    ("minute", Period::Minute),
    ("hour", Period::Hour),
    ("day", Period::Day),
];

/// The limits and their names. Whether one holds everywhere is decided when the routes are known.
pub(super) fn read(root: &Section<'_>, notes: &mut Notes<'_>) -> (Vec<RateLimit>, Names) {
    let mut names = Names::new("limit");
    let mut limits = Vec::new();
    for (name, section) in root.named_tables("limit", notes) {
        section.only(&["count", "per", "of"], notes);
        let owners = [("key", LimitOf::Key), ("workspace", LimitOf::Workspace)];
        let per = section
            .required("per", notes)
            .then(|| section.choice("per", &PERIODS, notes))
            .flatten();
        section.required("count", notes);
        limits.push(RateLimit {
            id: names.take(name, notes),
            count: count(&section, "count", notes).map_or(1, |count| count.value),
            per: per.unwrap_or(Period::Minute),
            of: section.choice("of", &owners, notes).unwrap_or(LimitOf::Key),
            everywhere: true,
        });
    }
    (limits, names)
}

/// How many requests: at least one, because a limit of none is a closed door.
pub(super) fn count(section: &Section<'_>, key: &str, notes: &mut Notes<'_>) -> Option<Placed<u32>> {
    let count = section.number(key, 1, notes)?;
    if count.value > MOST {
        notes.add(count.at, format!("a limit can be at most {MOST}"));
    }
    Some(count)
}
