//! What requests ask of a key, from the profile's scopes and routes.

use crate::model::access::{Access, Environment};
use crate::profile::{Matched, Profile, Route, ScopeDefinition};
use crate::web::docs::limits::number;

/// Scopes under their heading.
pub(super) struct ScopeRows {
    pub(super) label: String,
    pub(super) scopes: Vec<ScopeDefinition>,
}

/// Requests that ask for the same.
pub(super) struct RequestRow {
    /// `GET /v1/resources/**`
    pub(super) matches: Vec<String>,
    pub(super) needs: Vec<String>,
}

/// The scopes, in groups.
pub(super) fn scopes(profile: &Profile) -> Vec<ScopeRows> {
    let groups = profile.scope_groups.iter().map(|group| ScopeRows {
        label: group.label.clone(),
        scopes: profile.scopes_in(group).cloned().collect(),
    });
    groups.filter(|group| !group.scopes.is_empty()).collect()
}

/// The routes, in the order in which they are tried.
pub(super) fn rows(profile: &Profile) -> Vec<RequestRow> {
    let row = |route: &Route| RequestRow {
        matches: route.matches.iter().map(ToString::to_string).collect(),
        needs: needs(profile, route),
    };
    profile.routes.iter().map(row).collect()
}

fn needs(profile: &Profile, route: &Route) -> Vec<String> {
    if route.closed {
        return vec!["no key is taken: this is done in the dashboard".to_owned()];
    }
    let mut needs = Vec::new();
    match (&route.scope, route.access) {
        (Some(scope), Some(Access::All)) => needs.push(format!("full access, or the scope {scope}")),
        (Some(scope), _) => needs.push(format!("the scope {scope}, where a key has scopes")),
        (None, Some(Access::All)) => needs.push("full access".to_owned()),
        (None, Some(_)) => needs.push("full access, or access to read".to_owned()),
        (None, None) => needs.push("any good key".to_owned()),
    }
    match route.environment {
        Some(Environment::Live) => needs.push("live keys only".to_owned()),
        Some(Environment::Test) => needs.push("test keys only".to_owned()),
        None => {}
    }
    if let Some(limit) = &route.limit {
        needs.push(format!("counts against the limit {limit}"));
    }
    let cost = profile.cost(&Matched::by(route));
    if let Some(credits) = profile.credits.as_ref().filter(|_| cost > 0) {
        needs.push(format!("costs {} {}", number(cost), credits.unit));
    }
    needs
}

/// Whether any key is taken for managing keys.
pub(super) fn management_is_open(profile: &Profile) -> bool {
    let path = format!("{}/api-keys", profile.api.base_path);
    match profile.route_of("POST", &path) {
        Ok(matched) => matched.route.is_none_or(|route| !route.closed),
        Err(_) => true,
    }
}
