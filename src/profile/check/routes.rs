//! `[[route]]`, and that every route can be reached.

use std::ops::Range;

use super::names::Names;
use crate::model::suggest::did_you_mean;
use crate::profile::raw::{Notes, Placed, Section};
use crate::profile::{Access, Environment, Method, Methods, PathPattern, Route, RouteMatch, RouteNumber};

const FIELDS: [&str; 6] = ["match", "scope", "access", "limit", "environment", "cost"];

/// The words for `access`. `None` lets nobody in.
const ACCESS: [(&str, Option<Access>); 3] = [("read", Some(Access::Read)), ("all", Some(Access::All)), ("none", None)];

/// What routes refer to.
pub(super) struct Known<'a> {
    pub(super) base_path: &'a str,
    pub(super) scopes: &'a Names,
    pub(super) limits: &'a Names,
    pub(super) has_credits: bool,
}

/// The routes, in the order of the file.
pub(super) fn read(root: &Section<'_>, known: &Known<'_>, notes: &mut Notes<'_>) -> Vec<Route> {
    let mut matched: Vec<Placed<RouteMatch>> = Vec::new();
    let mut routes: Vec<Route> = Vec::new();
    for section in root.tables("route", notes) {
        let before = matched.len();
        let route = route(&section, known, &mut matched, notes);
        let (earlier, placed) = matched.split_at(before);
        let mut place = 0;
        for other in &routes {
            let theirs = place..place + other.matches.len();
            place = theirs.end;
            if !asks_alike(other, &route) {
                tell_apart(earlier, theirs, placed, notes);
            }
        }
        routes.push(Route {
            number: RouteNumber::at(routes.len()),
            ..route
        });
    }
    routes
}

fn route(
    section: &Section<'_>,
    known: &Known<'_>,
    earlier: &mut Vec<Placed<RouteMatch>>,
    notes: &mut Notes<'_>,
) -> Route {
    section.only(&FIELDS, notes);
    let environments = Environment::ALL.map(|environment| (environment.as_str(), environment));
    let access = section.choice("access", &ACCESS, notes);
    let closed = access == Some(None);
    for key in ["scope", "limit", "environment", "cost"] {
        if closed && section.has(key) {
            notes.add(
                section.at_field(key),
                format!("with access \"none\" no request gets through, so \"{key}\" means nothing"),
            );
        }
    }
    let cost = section.number("cost", 0, notes);
    if let Some(cost) = cost.as_ref().filter(|_| !known.has_credits) {
        notes.add(cost.at, "a cost needs [credits], and there is none");
    }
    Route {
        number: RouteNumber::NONE,
        matches: matches(section, known.base_path, earlier, notes),
        scope: section
            .text("scope", notes)
            .map(|scope| known.scopes.known(scope, notes)),
        access: access.flatten(),
        limit: section
            .text("limit", notes)
            .map(|limit| known.limits.known(limit, notes)),
        environment: section.choice("environment", &environments, notes),
        closed,
        cost: cost.map(|cost| cost.value),
    }
}

fn asks_alike(one: &Route, other: &Route) -> bool {
    let without_matches = |route: &Route| Route {
        number: RouteNumber::NONE,
        matches: Vec::new(),
        ..route.clone()
    };
    without_matches(one) == without_matches(other)
}

/// Notes where two routes that ask for different things meet in some requests only: then each reader of the file would guess
/// differently which of them is meant. `theirs` is where the matches of the other route stand.
fn tell_apart(
    earlier: &[Placed<RouteMatch>],
    theirs: Range<usize>,
    placed: &[Placed<RouteMatch>],
    notes: &mut Notes<'_>,
) {
    for place in theirs {
        let (first, decided) = (&earlier[place], &earlier[..place]);
        for Placed { value: second, at } in placed {
            // One inside the other is an exception, or can never match, which is noted elsewhere.
            if first.value.covers(second) || second.covers(&first.value) {
                continue;
            }
            let Some(both) = first.value.meets(second) else {
                continue;
            };
            if !decided.iter().any(|before| before.value.covers(&both)) {
                let (first, line) = (&first.value, notes.line(first.at));
                notes.add(
                    *at,
                    format!(
                        "\"{second}\" and \"{first}\" in line {line} both match \"{both}\", and neither is an exception to \
                         the other: give \"{both}\" a route of its own before them"
                    ),
                );
            }
        }
    }
}

fn matches(
    section: &Section<'_>,
    base_path: &str,
    earlier: &mut Vec<Placed<RouteMatch>>,
    notes: &mut Notes<'_>,
) -> Vec<RouteMatch> {
    let texts = if section.required("match", notes) {
        section.texts("match", notes)
    } else {
        return Vec::new();
    };
    if texts.is_empty() {
        notes.add(
            section.at_field("match"),
            "match must name at least one request, such as \"GET /api/v1/things\"",
        );
    }
    let mut matches = Vec::new();
    for text in texts {
        let Some(one) = route_match(&text, base_path, notes) else {
            continue;
        };
        if let Some(first) = earlier.iter().find(|first| first.value.covers(&one)) {
            let line = notes.line(first.at);
            notes.add(
                text.at,
                format!(
                    "\"{}\" can never match: line {line} takes all its requests first",
                    text.value
                ),
            );
        }
        earlier.push(Placed {
            value: one.clone(),
            at: text.at,
        });
        matches.push(one);
    }
    matches
}

fn route_match(text: &Placed<String>, base_path: &str, notes: &mut Notes<'_>) -> Option<RouteMatch> {
    let Placed { value, at } = text;
    let (method, path) = match value.split_once(' ') {
        Some((method, path)) => (Some(method), path.trim_start()),
        None => (None, value.as_str()),
    };
    let methods = match method.map(|name| (name, Method::named(name))) {
        None => Methods::Any,
        Some((_, Some(method))) => Methods::Only(method),
        Some((name, None)) => {
            let hint = did_you_mean(name, Method::NAMED.map(|(name, _)| name));
            notes.add(*at, format!("\"{name}\" in \"{value}\" is no method{hint}"));
            return None;
        }
    };
    let path = match PathPattern::parse(path) {
        Ok(pattern) if is_under(path, base_path) => pattern,
        Ok(_) => {
            notes.add(
                *at,
                format!("\"{path}\" is not under base_path; did you mean \"{base_path}{path}\"?"),
            );
            return None;
        }
        Err(why) => {
            notes.add(*at, format!("the path in \"{value}\" {why}"));
            return None;
        }
    };
    Some(RouteMatch { methods, path })
}

/// An empty base path is one that has been noted as wrong already.
fn is_under(path: &str, base_path: &str) -> bool {
    path.strip_prefix(base_path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
