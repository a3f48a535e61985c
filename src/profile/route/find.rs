//! Which route a request falls under, and what it costs.

use super::path::ClearPath;
use super::pattern::Fit;
use super::{Matched, Place, readings};
use crate::profile::method::Method;
use crate::profile::request::{self, UnclearRequest};
use crate::profile::{Profile, percent};

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
        let path = ClearPath::of(path)?;
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
            let part = percent::decoded(part).map(|byte| byte.to_ascii_lowercase());
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
