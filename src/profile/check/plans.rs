//! `[plan.<name>]`, and which plan is the default.

use super::limits;
use super::names::Names;
use crate::profile::raw::{Notes, Section};
use crate::profile::{Plan, RateLimit};

const FIELDS: [&str; 6] = ["label", "keys", "max_keys", "members", "projects", "limits"];

/// The plans and their names, in the order of the file.
pub(super) fn read(
    root: &Section<'_>,
    type_names: &Names,
    limits: &[RateLimit],
    limit_names: &Names,
    notes: &mut Notes<'_>,
) -> (Vec<Plan>, Names) {
    let mut names = Names::new("plan");
    let mut plans = Vec::new();
    let sections = root.named_tables("plan", notes);
    if sections.is_empty() {
        root.note("needs at least one plan, such as [plan.standard]", notes);
    }
    for (name, section) in sections {
        section.only(&FIELDS, notes);
        plans.push(Plan {
            id: names.take(name, notes),
            label: section.label(notes),
            keys: keys(&section, type_names, notes),
            max_keys: section.allowance("max_keys", notes).flatten(),
            members: section.allowance("members", notes).flatten(),
            projects: section.allowance("projects", notes).flatten(),
            limits: overrides(&section, limits, limit_names, notes),
        });
    }
    (plans, names)
}

/// The plan of new workspaces: the one `[api]` names, or else the first.
pub(super) fn default(api: Option<&Section<'_>>, plans: &Names, notes: &mut Notes<'_>) -> String {
    match api.and_then(|api| api.text("default_plan", notes)) {
        Some(named) => plans.known(named, notes),
        None => plans.iter().next().unwrap_or_default().to_owned(),
    }
}

/// Without a table every type is unlimited; with one, a type that is not in it can not be made.
fn keys(section: &Section<'_>, types: &Names, notes: &mut Notes<'_>) -> Vec<(String, Option<u32>)> {
    let Some(part) = section.part("keys", notes) else {
        return types.iter().map(|id| (id.to_owned(), None)).collect();
    };
    let mut keys = Vec::new();
    for name in part.names() {
        let limit = part.allowance(&name.value, notes);
        keys.push((types.known(name, notes), limit.flatten()));
    }
    keys
}

fn overrides(section: &Section<'_>, limits: &[RateLimit], names: &Names, notes: &mut Notes<'_>) -> Vec<RateLimit> {
    let Some(part) = section.part("limits", notes) else {
        return Vec::new();
    };
    let mut overrides = Vec::new();
    for name in part.names() {
        let count = limits::count(&part, &name.value, notes);
        let id = names.known(name, notes);
        if let (Some(limit), Some(count)) = (limits.iter().find(|limit| limit.id == id), count) {
            overrides.push(RateLimit {
                count: count.value,
                ..limit.clone()
            });
        }
    }
    overrides
}
