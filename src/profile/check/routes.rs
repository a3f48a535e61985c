//! `[[route]]`, and that every route can be reached.

use super::names::Names;
use crate::profile::raw::{Notes, Placed, Section};
use crate::profile::suggest::did_you_mean;
use crate::profile::{Access, Environment, Methods, PathPattern, Route, RouteMatch};

const FIELDS: [&str; 5] = ["match", "scope", "access", "limit", "environment"];

/// The routes, in the order of the file.
pub(super) fn read(
    root: &Section<'_>,
    base_path: &str,
    scopes: &Names,
    limits: &Names,
    notes: &mut Notes<'_>,
) -> Vec<Route> {
    let mut earlier: Vec<Placed<RouteMatch>> = Vec::new();
    let mut routes = Vec::new();
    for section in root.tables("route", notes) {
        section.only(&FIELDS, notes);
        let environments = Environment::ALL.map(|environment| (environment.as_str(), environment));
        routes.push(Route {
            matches: matches(&section, base_path, &mut earlier, notes),
            scope: section.text("scope", notes).map(|scope| scopes.known(scope, notes)),
            access: section.choice("access", &[("read", Access::Read), ("all", Access::All)], notes),
            limit: section.text("limit", notes).map(|limit| limits.known(limit, notes)),
            environment: section.choice("environment", &environments, notes),
        });
    }
    routes
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
    if let Some(method) = method.filter(|method| !Methods::KNOWN.contains(method)) {
        let hint = did_you_mean(method, Methods::KNOWN);
        notes.add(*at, format!("\"{method}\" in \"{value}\" is no method{hint}"));
        return None;
    }
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
    Some(RouteMatch {
        methods: method.map_or(Methods::Any, |method| Methods::Only(method.to_owned())),
        path,
    })
}

/// An empty base path is one that has been noted as wrong already.
fn is_under(path: &str, base_path: &str) -> bool {
    path.strip_prefix(base_path)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
