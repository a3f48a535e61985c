//! What a key's record counts of accepted requests.

use std::sync::Arc;

use super::client::{Client, LastClient, Source};
use super::pending::{Pending, Routes};
use super::ways::Way;
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;

/// Accepted requests of one key in one hour and from one client, as its record counts them: no larger than it must be (there is a
/// test). It tells two routes apart: the first one, and one other. Nearly all keys use no more between two times of writing down; what
/// else there is is counted in [`super::ways`].
#[derive(Debug)]
pub struct Counted {
    /// Nothing, as long as there is nothing to write down.
    client: Option<Arc<Client>>,
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
    pub way: Option<Way>,
}

impl Default for Counted {
    fn default() -> Self {
        Self {
            client: None,
            at: Timestamp::default(),
            routes: Routes::NONE,
        }
    }
}

impl Counted {
    /// Whether there is nothing to write down.
    pub fn is_empty(&self) -> bool {
        self.client.is_none()
    }

    /// Whether this is for somebody else to count: others of the same hour, from another client, are counted here.
    #[inline]
    pub fn is_of_another(&self, source: &Source<'_>, now: Timestamp) -> bool {
        let client = self.client.as_ref();
        client.is_some_and(|client| !client.is(source) && self.at.hour() == now.hour())
    }

    /// Counts one more, which is not [of another client](Self::is_of_another).
    pub fn add(&mut self, key: KeyId, source: &Source<'_>, now: Timestamp, last: &mut LastClient) -> Over {
        let mut over = Over::default();
        if self.at.hour() != now.hour() {
            over.pending = self.take(key);
        }
        if self.is_empty() {
            self.routes = Routes::one(source.route());
            self.client = Some(last.remember(source));
        } else if let Some((route, count)) = self.routes.add(source.route()) {
            over.way = Some(Way {
                route,
                client: self.client.clone(),
                count: i64::from(count),
                last: self.at,
            });
        }
        // Requests end in another order than they began.
        self.at = self.at.max(now);
        over
    }

    /// Hands over what was counted since the last time.
    pub fn take(&mut self, key: KeyId) -> Option<Pending> {
        let Self { client, at, routes } = std::mem::take(self);
        client.map(|client| Pending {
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
    fn the_latest_moment_stays_and_hours_are_kept_apart() {
        let (mut counted, mut last) = (Counted::default(), LastClient::default());
        let key = KeyId(uuid::Uuid::nil());
        let mut add = |minute: i64, user_agent| {
            let source = Source {
                user_agent,
                ..Source::default()
            };
            let now = Timestamp::from_millis(minute * MINUTE);
            if counted.is_of_another(&source, now) {
                return Some((0, minute, user_agent.to_owned()));
            }
            let over = counted.add(key, &source, now, &mut last).pending;
            over.map(|over| {
                (
                    over.routes.accepted(),
                    over.at.millis() / MINUTE,
                    over.client.user_agent.to_string(),
                )
            })
        };
        assert_eq!([add(61, "one"), add(70, "one"), add(65, "one")], [None, None, None]);
        assert_eq!(add(66, "another"), Some((0, 66, "another".to_owned())));
        assert_eq!(add(120, "next hour"), Some((3, 70, "one".to_owned())));
        // A clock that was set back.
        assert_eq!(add(119, "hour before"), Some((1, 120, "next hour".to_owned())));
        assert_eq!(add(59, "first hour"), Some((1, 119, "hour before".to_owned())));
        assert!(!counted.is_empty());
        assert_eq!(counted.take(key).map(|rest| rest.routes.accepted()), Some(1));
        assert!(counted.is_empty() && counted.take(key).is_none());
    }
}
