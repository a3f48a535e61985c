//! What routes are counted by.

/// Which route of the profile, in one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteNumber(u8);

/// As many routes have a number of their own; all later ones share the last.
const NUMBERED: usize = 254;

impl RouteNumber {
    /// No route names the request, or nobody said what it is.
    pub const NONE: Self = Self(u8::MAX);

    /// Of the route at a position.
    pub fn at(position: usize) -> Self {
        Self(u8::try_from(position.min(NUMBERED)).unwrap_or(u8::MAX - 1))
    }

    /// Whether several routes may share it.
    pub fn is_shared(self) -> bool {
        usize::from(self.0) == NUMBERED
    }

    /// What stands at its position in a list of all routes; the last of the list for those without a number of their own.
    pub fn of<T>(self, all: &[T]) -> Option<&T> {
        let beyond = || all.last().filter(|_| self.is_shared());
        (self != Self::NONE)
            .then(|| {
                all.get(usize::from(self.0))
                    .filter(|_| usize::from(self.0) < NUMBERED)
                    .or_else(beyond)
            })
            .flatten()
    }

    /// What people call each route, and the others at the end: what [`RouteNumber::of`] takes.
    pub fn names(routes: impl Iterator<Item = String>) -> Vec<std::sync::Arc<str>> {
        let others = "other routes".to_owned();
        routes.take(NUMBERED).chain([others]).map(Into::into).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_has_a_number_as_far_as_there_are_numbers() {
        let names = RouteNumber::names((0..300).map(|number| number.to_string()));
        let named = |number: RouteNumber| number.of(&names).map(|name| name.to_string());
        assert_eq!(named(RouteNumber::at(0)).as_deref(), Some("0"));
        assert_eq!(named(RouteNumber::at(253)).as_deref(), Some("253"));
        for beyond in [254, 255, 299] {
            assert_eq!(named(RouteNumber::at(beyond)).as_deref(), Some("other routes"));
        }
        assert_eq!(named(RouteNumber::NONE), None);
        let few = RouteNumber::names(["GET /a".to_owned()].into_iter());
        assert_eq!(RouteNumber::at(0).of(&few).map(|name| &**name), Some("GET /a"));
        // A number of a profile that had more.
        assert_eq!(RouteNumber::at(7).of(&few), None);
    }
}
