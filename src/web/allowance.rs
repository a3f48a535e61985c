//! A plan in words: its places and its limits, as the workspace's settings and the support desk show them.

use crate::domain::App;
use crate::domain::workspaces::{Allowance, Places};
use crate::profile::{KeyOwner, LimitOf, Period, RateLimit};
use crate::web::amounts::grouped;

/// What the plan counts: what, how much is used, how much there is.
pub fn places(app: &App, allowance: &Allowance) -> Vec<(String, String)> {
    let mut places = Vec::new();
    if app.profile.api.keys_belong_to == KeyOwner::Project {
        places.push(("Projects".to_owned(), used(allowance.projects)));
    }
    places.push(("Members".to_owned(), used(allowance.members)));
    let plural = |label: &str| {
        if label.ends_with("key") {
            format!("{label}s")
        } else {
            label.to_owned()
        }
    };
    places.extend(
        allowance
            .keys
            .iter()
            .map(|(label, taken)| (plural(label), used(*taken))),
    );
    places
}

fn used(places: Places) -> String {
    match places.limit {
        Some(limit) => format!("{} of {}", places.taken, grouped(limit.into())),
        None => format!("{}, as many as you like", places.taken),
    }
}

/// What the plan lets keys do in a time.
pub fn limits(allowance: &Allowance) -> Vec<(String, String)> {
    allowance.limits.iter().map(limit_words).collect()
}

fn limit_words(limit: &RateLimit) -> (String, String) {
    let of = match limit.of {
        LimitOf::Key => "for each key",
        LimitOf::Workspace => "for the workspace",
    };
    let per = match limit.per {
        Period::Hour => "an hour".to_owned(),
        other => format!("a {}", other.as_str()),
    };
    let words = format!("{} {per}, {of}", grouped(limit.count.into()));
    let mut name = limit.id.replace(['_', '-'], " ");
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    (name, words)
}
