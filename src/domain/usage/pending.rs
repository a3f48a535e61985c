//! Accepted requests on their way from a record to the database.

use std::sync::Arc;

use super::client::Client;
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;
use crate::profile::RouteNumber;

/// Accepted requests of one key in one hour, on their way to the database.
#[derive(Clone, Debug)]
pub struct Pending {
    pub key: KeyId,
    /// The last of them; all were in its hour.
    pub at: Timestamp,
    pub client: Arc<Client>,
    pub routes: Routes,
}

/// Accepted requests of two routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Routes {
    /// Of both.
    accepted: u32,
    first: RouteNumber,
    /// Nothing, as long as none of them went through it.
    other: RouteNumber,
    through_other: u16,
}

impl Routes {
    pub(super) const NONE: Self = Self {
        accepted: 0,
        first: RouteNumber::NONE,
        other: RouteNumber::NONE,
        through_other: 0,
    };

    pub(super) fn one(route: RouteNumber) -> Self {
        Self {
            accepted: 1,
            first: route,
            ..Self::NONE
        }
    }

    /// How many there are.
    pub fn accepted(self) -> u32 {
        self.accepted
    }

    /// How many went through each.
    pub fn each(self) -> [(RouteNumber, u32); 2] {
        let through_other = u32::from(self.through_other);
        [
            (self.first, self.accepted.saturating_sub(through_other)),
            (self.other, through_other),
        ]
    }

    /// Counts one more; what went through another route before is handed over where there is no room for both.
    pub(super) fn add(&mut self, route: RouteNumber) -> Option<(RouteNumber, u32)> {
        self.accepted += 1;
        if route == self.first {
            return None;
        }
        let is_known = route == self.other && self.through_other > 0;
        if is_known && self.through_other < u16::MAX {
            self.through_other += 1;
            return None;
        }
        let over = (self.other, u32::from(self.through_other));
        self.accepted -= over.1;
        (self.other, self.through_other) = (route, 1);
        (over.1 > 0).then_some(over)
    }

    /// Takes in what was counted elsewhere; what finds no room comes back.
    pub(super) fn merge(&mut self, elsewhere: Self) -> [(RouteNumber, u32); 2] {
        elsewhere.each().map(|(route, count)| {
            if count == 0 {
                return (route, 0);
            }
            if route == self.first {
                self.accepted = self.accepted.saturating_add(count);
                return (route, 0);
            }
            let is_other = route == self.other || self.through_other == 0;
            let sum = u16::try_from(count)
                .ok()
                .and_then(|count| self.through_other.checked_add(count));
            match sum.filter(|_| is_other) {
                Some(sum) => {
                    self.accepted = self.accepted.saturating_add(count);
                    (self.other, self.through_other) = (route, sum);
                    (route, 0)
                }
                None => (route, count),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_told_apart_and_none_is_lost() {
        let [a, b, c] = [0, 1, 2].map(RouteNumber::at);
        let mut routes = Routes::one(a);
        for (route, over) in [
            (a, None),
            (b, None),
            (b, None),
            (a, None),
            (c, Some((b, 2))),
            (c, None),
            (b, Some((c, 2))),
            (RouteNumber::NONE, Some((b, 1))),
            (RouteNumber::NONE, None),
        ] {
            assert_eq!(routes.add(route), over, "{route:?}");
        }
        assert_eq!(routes.each(), [(a, 3), (RouteNumber::NONE, 2)]);
        assert_eq!(routes.accepted(), 5);

        // More than the smaller number holds.
        let (mut many, mut spilled) = (Routes::one(a), 0);
        for _ in 0..70_000 {
            spilled += many.add(b).map_or(0, |(_, count)| count);
        }
        assert_eq!(many.each()[1].1 + spilled, 70_000);
        assert_eq!(many.accepted() + spilled, 70_001);
    }

    #[test]
    fn what_is_merged_is_counted_once() {
        let [a, b, c] = [0, 1, 2].map(RouteNumber::at);
        let of = |counts: &[(RouteNumber, u32)]| {
            let mut all = counts
                .iter()
                .flat_map(|(route, count)| std::iter::repeat_n(*route, *count as usize));
            let mut routes = Routes::one(all.next().unwrap());
            all.for_each(|route| assert_eq!(routes.add(route), None));
            routes
        };
        let mut one = of(&[(a, 3), (b, 2)]);
        assert_eq!(one.merge(of(&[(b, 4), (c, 1)])), [(b, 0), (c, 1)]);
        assert_eq!(one.each(), [(a, 3), (b, 6)]);
        let mut one = of(&[(a, 3)]);
        assert_eq!(one.merge(of(&[(c, 2), (a, 1)])), [(c, 0), (a, 0)]);
        assert_eq!(one.each(), [(a, 4), (c, 2)]);
        let mut one = of(&[(a, 1), (b, 65_000)]);
        assert_eq!(one.merge(of(&[(b, 65_000)])), [(b, 65_000), (RouteNumber::NONE, 0)]);
        assert_eq!(one.accepted(), 65_001);
    }
}
