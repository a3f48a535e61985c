//! From tables to a profile: every part is read and checked in a file of its own.
//!
//! A check never gives up: it notes the mistake, puts something harmless in its place and goes on, so that one run
//! reports everything. What comes out counts only if nothing was noted.

mod api;
mod formats;
mod key_types;
mod limits;
mod names;
mod parts;
mod plans;
mod routes;
mod scopes;
mod templates;
#[cfg(test)]
mod tests;
mod welcome;

use super::raw::{Notes, Section};
use super::{CodeCase, Envelope, ErrorStyle, Profile};

const PARTS: [&str; 16] = [
    "api",
    "key_type",
    "scope_group",
    "scope",
    "template",
    "route",
    "limit",
    "plan",
    "errors",
    "pair",
    "welcome",
    "embed",
    "inbound",
    "jwt",
    "credits",
    "leaks",
];

/// Reads the whole file. The result is to be used only if `notes` stayed empty.
pub(super) fn profile(root: &Section<'_>, notes: &mut Notes<'_>) -> Profile {
    root.only(&PARTS, notes);
    let api_section = root.required("api", notes).then(|| root.table("api", notes)).flatten();
    let mut api = api_section
        .as_ref()
        .map_or_else(api::nothing, |section| api::read(section, notes));
    let (scope_groups, scopes, scope_names) = scopes::read(root, notes);
    let (key_types, type_names) = key_types::read(root, &scope_names, notes);
    let templates = templates::read(root, &key_types, &type_names, &scope_names, notes);
    let (mut limits, limit_names) = limits::read(root, notes);
    let credits = parts::credits(root, notes);
    let known = routes::Known {
        base_path: &api.base_path,
        scopes: &scope_names,
        limits: &limit_names,
        has_credits: credits.is_some(),
    };
    let routes = routes::read(root, &known, notes);
    if let Some(section) = &api_section {
        api.unmatched = api::unmatched(section, !routes.is_empty(), notes);
    }
    for limit in &mut limits {
        limit.everywhere = !routes.iter().any(|route| route.limit.as_ref() == Some(&limit.id));
    }
    let (plans, plan_names) = plans::read(root, &type_names, &limits, &limit_names, notes);
    api.default_plan = plans::default(api_section.as_ref(), &plan_names, notes);
    let errors = errors(root, notes);
    let (pairs, pair_names) = welcome::pairs(root, &key_types, &type_names, notes);
    let (welcome, welcome_steps) = welcome::read(root, &pairs, &pair_names, &type_names, notes);
    if let Some(welcome) = &welcome {
        let plan = plans.iter().find(|plan| plan.id == api.default_plan);
        welcome::has_room(root, welcome, &key_types, plan, notes);
    }
    Profile {
        api,
        key_types,
        scope_groups,
        scopes,
        templates,
        routes,
        plans,
        limits,
        errors,
        pairs,
        welcome,
        welcome_steps,
        embed: parts::embed(root, notes),
        inbound: parts::inbound(root, notes),
        jwt: parts::jwt(root, notes),
        credits,
        leaks: parts::leaks(root, notes),
    }
}

fn errors(root: &Section<'_>, notes: &mut Notes<'_>) -> ErrorStyle {
    let mut style = ErrorStyle {
        envelope: Envelope::Simple,
        case: CodeCase::Lower,
    };
    if let Some(section) = root.table("errors", notes) {
        section.only(&["envelope", "case"], notes);
        let envelopes = [
            ("simple", Envelope::Simple),
            ("nested", Envelope::Nested),
            ("problem", Envelope::Problem),
        ];
        let cases = [("lower", CodeCase::Lower), ("upper", CodeCase::Upper)];
        style.envelope = section.choice("envelope", &envelopes, notes).unwrap_or(style.envelope);
        style.case = section.choice("case", &cases, notes).unwrap_or(style.case);
    }
    style
}
