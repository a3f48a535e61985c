//! What the profile says about one request.

use super::{Route, RouteNumber};

/// As so many other routes, beside its own, one request may be served; what could be served as more of them is refused.
pub(super) const MOST_OTHERS: usize = 3;

/// What the profile says about one request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Matched<'a> {
    /// The route that names it, if one does.
    pub route: Option<&'a Route>,
    /// Where it is.
    pub place: Place,
    /// The routes that the API may serve it as, too: whoever makes the request has to meet them all.
    pub(super) also: [Option<&'a Route>; MOST_OTHERS],
}

/// Where a request is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// Nobody said which request it is.
    #[default]
    Untold,
    /// A route names it.
    Named,
    /// Below the base path, but no route names it.
    Unnamed,
    /// Not below the base path.
    Outside,
}

impl<'a> Matched<'a> {
    /// A request that a route names.
    pub fn by(route: &'a Route) -> Self {
        Self {
            route: Some(route),
            place: Place::Named,
            also: [None; MOST_OTHERS],
        }
    }

    /// A request that no route names.
    pub fn nowhere(place: Place) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// Every route that it has to meet.
    #[inline]
    pub fn routes(&self) -> impl Iterator<Item = &'a Route> + use<'a> {
        self.route.into_iter().chain(self.others())
    }

    /// The routes that it has to meet beside the one that names it.
    #[inline]
    pub fn others(&self) -> impl Iterator<Item = &'a Route> + use<'a> {
        self.also.into_iter().flatten()
    }

    /// What it is counted by.
    #[inline]
    pub fn number(&self) -> RouteNumber {
        self.route.map_or(RouteNumber::NONE, |route| route.number)
    }

    /// Whether it counts against this limit.
    #[inline]
    pub fn counts_against(&self, limit: &str) -> bool {
        self.routes().any(|route| route.limit.as_deref() == Some(limit))
    }
}
