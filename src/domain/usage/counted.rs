//! What a key's record counts of accepted requests.

use std::sync::Arc;

use super::client::{Client, LastClient, Source};
use super::pending::{Pending, Routes, Spilled};
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;
use crate::profile::RouteNumber;

/// Accepted requests of one key in one hour, as its record counts them: no larger than it must be (there is a test). It tells two
/// routes apart: the first one, and one other. Nearly all keys use no more between two times of writing down; what else there is is
/// counted elsewhere.
#[derive(Debug)]
pub struct Counted {
    /// Nothing, as long as there is nothing to write down.
    last: Option<Arc<Client>>,
    /// Of the last of them; all were in its hour.
    at: Timestamp,
    routes: Routes,
}

/// What has no room any more when one more is counted.
#[derive(Debug, Default)]
pub struct Over {
    /// What was counted in another hour.
    pub pending: Option<Pending>,
    /// What went through another route.
    pub spilled: Option<Spilled>,
}

impl Default for Counted {
    fn default() -> Self {
        Self {
            last: None,
            at: Timestamp::default(),
            routes: Routes::NONE,
        }
    }
}

impl Counted {
    /// Whether there is nothing to write down.
    pub fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// Counts one more.
    pub fn add(
        &mut self,
        key: KeyId,
        source: Source<'_>,
        route: RouteNumber,
        now: Timestamp,
        last: &mut LastClient,
    ) -> Over {
        let mut over = Over::default();
        if self.at.hour() != now.hour() {
            over.pending = self.take(key);
        }
        if self.is_empty() {
            self.routes = Routes::one(route);
        } else {
            let spilled = self.routes.add(route);
            over.spilled = spilled.map(|(route, count)| ((now.hour(), route), i64::from(count)));
        }
        // Requests end in another order than they began: the latest use is the one that stays.
        if self.at <= now {
            self.at = now;
            if !self.last.as_ref().is_some_and(|client| client.is(source)) {
                self.last = Some(last.remember(source));
            }
        }
        over
    }

    /// Hands over what was counted since the last time.
    pub fn take(&mut self, key: KeyId) -> Option<Pending> {
        let Self { last, at, routes } = std::mem::take(self);
        last.map(|client| Pending {
            key,
            at,
            client,
            routes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::timestamp::MINUTE;

    #[test]
    fn what_a_record_counts_is_small() {
        assert_eq!((size_of::<Counted>(), size_of::<Pending>()), (24, 40));
    }

    #[test]
    fn the_latest_use_stays_and_hours_are_kept_apart() {
        let (mut counted, mut last) = (Counted::default(), LastClient::default());
        let key = KeyId(uuid::Uuid::nil());
        let mut add = |minute: i64, user_agent| {
            let address = None;
            let source = Source { address, user_agent };
            let now = Timestamp::from_millis(minute * MINUTE);
            let over = counted.add(key, source, RouteNumber::NONE, now, &mut last).pending;
            over.map(|over| {
                (
                    over.routes.accepted(),
                    over.at.millis() / MINUTE,
                    over.client.user_agent.to_string(),
                )
            })
        };
        assert_eq!([add(61, "one"), add(70, "two"), add(65, "late")], [None, None, None]);
        assert_eq!(add(120, "next hour"), Some((3, 70, "two".to_owned())));
        // A clock that was set back.
        assert_eq!(add(119, "hour before"), Some((1, 120, "next hour".to_owned())));
        assert_eq!(add(59, "first hour"), Some((1, 119, "hour before".to_owned())));
        assert!(!counted.is_empty());
        assert_eq!(counted.take(key).map(|rest| rest.routes.accepted()), Some(1));
        assert!(counted.is_empty() && counted.take(key).is_none());
    }
}
