//! A plan in words: its places and its limits, as the workspace's settings and the support desk show them.

use crate::domain::App;
use crate::domain::workspaces::{Allowance, Places};
use crate::profile::{KeyOwner, LimitOf, Period, RateLimit};
use crate::web::amounts::{grouped, title};

/// What the plan counts: what, how much is used, how much there is.
pub fn places(app: &App, allowance: &Allowance) -> Vec<(String, String)> {
    let counted = counted(app, allowance).into_iter();
    counted.map(|(what, places)| (what, used(places))).collect()
}

/// The same, in numbers.
pub fn counted(app: &App, allowance: &Allowance) -> Vec<(String, Places)> {
    let mut counted = Vec::new();
    if app.profile.api.keys_belong_to == KeyOwner::Project {
        counted.push(("Projects".to_owned(), allowance.projects));
    }
    counted.push(("Members".to_owned(), allowance.members));
    let plural = |label: &str| {
        if label.ends_with("key") {
            format!("{label}s")
        } else {
            label.to_owned()
        }
    };
    let keys = allowance.keys.iter();
    counted.extend(keys.map(|(label, places)| (plural(label), *places)));
    counted
}

/// `3 of 5`
pub fn used(places: Places) -> String {
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
    (title(&limit.id.replace(['_', '-'], " ")), words)
}
