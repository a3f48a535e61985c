//! Routes: what single requests ask of a key, and which route a request falls under.

use std::fmt;

use super::method::{Method, Methods};
use super::request::{self, UnclearRequest};
use super::{Access, Environment, Profile};

mod pattern;
#[cfg(test)]
mod tests;

pub use pattern::PathPattern;
pub(super) use pattern::{ClearPath, Fit};

/// What the requests it matches ask of a key, beyond being good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
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

/// What [`Profile::route`] answers for a request that can be read in two ways: only full access will do.
static FOR_UNCLEAR_REQUESTS: Route = Route {
    matches: Vec::new(),
    scope: None,
    access: Some(Access::All),
    limit: None,
    environment: None,
    closed: false,
    cost: None,
};

impl Profile {
    /// The route a request falls under: the first that matches. `None` is "no route: any good key".
    ///
    /// A rule is worth nothing if the API behind reads a path differently than we do, so a request that two readers
    /// could take for different ones is an [`UnclearRequest`] and has to be refused: an empty, `.` or `..` segment, a
    /// letter, digit, dot, dash, underscore, slash, backslash, percent sign or control character in percent-encoding,
    /// a `;`, `#`, `\` or a character outside ASCII, a method that is not in capitals or about the connection, or a path
    /// that meets an earlier rule only if capitals are ignored. One slash at the end, the query, and any other
    /// percent-encoding change nothing: `/shipments/` and `/shipments?x=1` are `/shipments`.
    pub fn route_of(&self, method: &str, path: &str) -> Result<Option<&Route>, UnclearRequest> {
        let method = Method::of(method)?;
        let path = clear(path)?;
        for route in &self.routes {
            match route.fit(method, path) {
                Fit::Exact => return Ok(Some(route)),
                Fit::CaseOnly => return Err(UnclearRequest("the path differs from a known one in capitals only")),
                Fit::No => {}
            }
        }
        Ok(None)
    }

    /// Like [`Profile::route_of`], for callers that can not refuse an unclear request: it falls under a built-in
    /// route that takes full-access keys only.
    pub fn route(&self, method: &str, path: &str) -> Option<&Route> {
        self.route_of(method, path).unwrap_or(Some(&FOR_UNCLEAR_REQUESTS))
    }

    /// How many credits a request costs that falls under a route, or under none.
    pub fn cost(&self, route: Option<&Route>) -> u32 {
        let of_any = self.credits.as_ref().map_or(0, |credits| credits.cost);
        route.and_then(|route| route.cost).unwrap_or(of_any)
    }
}

fn clear(path: &str) -> Result<ClearPath<'_>, UnclearRequest> {
    if request::is_plain_path(path) {
        return Ok(ClearPath {
            text: path,
            is_plain: true,
        });
    }
    let text = request::clear_path(path)?;
    Ok(ClearPath {
        text,
        is_plain: !text.contains('%'),
    })
}

impl Route {
    /// Which of its methods and paths a request has that falls under it.
    pub fn matched(&self, method: &str, path: &str) -> Option<&RouteMatch> {
        let (method, path) = (Method::of(method).ok()?, clear(path).ok()?);
        let mut with_method = self.matches.iter().filter(|one| one.methods.include(method));
        with_method.find(|one| one.path.fit(path) == Fit::Exact)
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
