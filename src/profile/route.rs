//! Routes: what single requests ask of a key.

use std::fmt;

use super::method::{Method, Methods};
use super::{Access, Environment};
use path::ClearPath;
use pattern::Fit;

mod find;
mod matched;
mod number;
mod path;
mod pattern;
mod readings;
#[cfg(test)]
mod tests;

pub use matched::{Matched, Place};
pub use number::RouteNumber;
pub use pattern::PathPattern;

/// What the requests it matches ask of a key, beyond being good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// What it is counted by.
    pub number: RouteNumber,
    /// The requests it is about.
    pub matches: Vec<RouteMatch>,
    /// The scope a key of `scopes` access must hold.
    pub scope: Option<String>,
    /// The access a key must have unless it holds `scope`: `Read` takes `read` and `all`, `All` takes `all` alone.
    pub access: Option<Access>,
    /// The limit these requests count against, beside those that hold everywhere.
    pub limit: Option<String>,
    /// The only environment whose keys are taken.
    pub environment: Option<Environment>,
    /// Whether no key at all is taken: it is done in the dashboard.
    pub closed: bool,
    /// How many credits a request costs; nothing: as many as any request.
    pub cost: Option<u32>,
}

/// A method and a path, as in `POST /api/v1/shipments/{id}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteMatch {
    /// The methods it is about.
    pub methods: Methods,
    /// The paths it is about.
    pub path: PathPattern,
}

impl Route {
    /// Which of its methods and paths a request has that falls under it.
    pub fn matched(&self, method: &str, path: &str) -> Option<&RouteMatch> {
        let (method, path) = (Method::of(method).ok()?, ClearPath::of(path).ok()?);
        let mut with_method = self.matches.iter().filter(|one| one.methods.include(method));
        with_method.find(|one| one.path.fit(path) == Fit::Exact)
    }

    /// `GET /api/v1/shipments/{id} and 2 more`
    pub fn name(&self) -> String {
        let first = self.matches.first().map(ToString::to_string).unwrap_or_default();
        match self.matches.len() {
            0 | 1 => first,
            several => format!("{first} and {} more", several - 1),
        }
    }

    fn fit(&self, method: Option<Method>, path: ClearPath<'_>) -> Fit {
        let mut best = Fit::No;
        for one in &self.matches {
            if one.methods.include(method) {
                best = best.max(one.path.fit(path));
            }
        }
        best
    }
}

impl RouteMatch {
    /// Whether every request that `later` matches is matched by this one too.
    pub(super) fn covers(&self, later: &Self) -> bool {
        let methods = match (self.methods, later.methods) {
            (Methods::Any, _) => true,
            (Methods::Only(_), Methods::Any) => false,
            (Methods::Only(_), Methods::Only(method)) => self.methods.include(Some(method)),
        };
        methods && self.path.covers(&later.path)
    }

    /// The requests that both match, if there are any.
    pub(super) fn meets(&self, other: &Self) -> Option<Self> {
        let methods = match (self.methods, other.methods) {
            (Methods::Any, either) | (either, Methods::Any) => either,
            (one, Methods::Only(method)) if one.include(Some(method)) => other.methods,
            (Methods::Only(method), two) if two.include(Some(method)) => self.methods,
            _ => return None,
        };
        Some(Self {
            methods,
            path: self.path.meets(&other.path)?,
        })
    }
}

impl fmt::Display for RouteMatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.methods {
            Methods::Any => write!(formatter, "{}", self.path),
            Methods::Only(method) => write!(formatter, "{method} {}", self.path),
        }
    }
}
