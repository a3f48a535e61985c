//! Routes: what single requests ask of a key, and which route a request falls under.

use std::fmt;

use super::method::{Method, Methods};
use super::request::{self, UnclearRequest};
use super::{Access, Environment, Profile};

mod matched;
mod pattern;
mod readings;
#[cfg(test)]
mod tests;

pub use matched::{Matched, Place};
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

/// What is next to a rule, but not quite there.
const NEARLY: UnclearRequest = UnclearRequest("the path differs from a known one in capitals or percent-encoding only");

impl Profile {
    /// What the profile says about a request: the first route that matches it, and every other route that the API behind
    /// could serve it as.
    ///
    /// A rule is worth nothing if the API behind reads a path differently than we do. So a request that two readers could take
    /// for different ones is an [`UnclearRequest`] and has to be refused: a segment that is empty or comes down to dots or
    /// spaces; a slash, backslash, percent sign or control character in percent-encoding; what is no UTF-8; a `;`, `#`, `\` or a
    /// character outside ASCII that is not encoded; a method that is not in capitals or about the connection; and a path that
    /// meets a rule only if capitals are ignored, or letters, digits, `-`, `.`, `_` and `~` in percent-encoding are decoded.
    /// One slash at the end and the query change nothing: `/shipments/` and `/shipments?x=1` are `/shipments`.
    ///
    /// What some servers cut off a segment (`/exports.json`, `/exports.`, `/exports%20`, `/exports%3Bx`) makes a path of its own,
    /// but no escape: the request has to meet `/exports` too ([`readings`]).
    pub fn route_of(&self, method: &str, path: &str) -> Result<Matched<'_>, UnclearRequest> {
        let method = Method::of(method)?;
        let path = clear(path)?;
        let mut found = None;
        for route in &self.routes {
            match route.fit(method, path) {
                Fit::Exact => {
                    found = Some(route);
                    break;
                }
                Fit::Nearly => return Err(NEARLY),
                Fit::No => {}
            }
        }
        let mut matched = match found {
            Some(route) => Matched::by(route),
            None => self.unnamed(path)?,
        };
        if !path.is_simple && matched.place != Place::Outside {
            matched.also = readings::others(self, method, path, found)?;
        }
        Ok(matched)
    }

    /// What is to be said about a request that no route names.
    fn unnamed(&self, path: ClearPath<'_>) -> Result<Matched<'_>, UnclearRequest> {
        let base = self.api.base_path.as_str();
        let below = path.text.strip_prefix(base);
        if below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            return Ok(Matched::nowhere(Place::Unnamed));
        }
        let mut parts = request::segments(path.text.as_bytes());
        let is_nearly_below = base.split('/').skip(1).all(|word| {
            let part = parts.next().unwrap_or_default();
            let part = request::decoded(part).map(|byte| byte.to_ascii_lowercase());
            part.eq(word.bytes().map(|byte| byte.to_ascii_lowercase()))
        });
        if is_nearly_below {
            return Err(NEARLY);
        }
        Ok(Matched::nowhere(Place::Outside))
    }

    /// How many credits a request costs: the most that a route asks for that it has to meet.
    pub fn cost(&self, matched: &Matched<'_>) -> u32 {
        let of_any = self.credits.as_ref().map_or(0, |credits| credits.cost);
        let own = matched.route.and_then(|route| route.cost).unwrap_or(of_any);
        let costs = matched.routes().map(|route| route.cost.unwrap_or(of_any));
        costs.fold(own, u32::max)
    }
}

fn clear(path: &str) -> Result<ClearPath<'_>, UnclearRequest> {
    if request::is_plain_path(path) {
        return Ok(ClearPath {
            text: path,
            is_plain: true,
            is_simple: true,
        });
    }
    let text = request::clear_path(path)?;
    Ok(ClearPath {
        text,
        is_plain: !text.contains('%'),
        is_simple: request::is_plain_path(text),
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
