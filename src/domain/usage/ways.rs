//! Accepted requests that a key's record has no room for: through a third route, or from another client than the first since they
//! were last written down.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::client::{Client, LastClient, Source};
use crate::model::timestamp::Timestamp;
use crate::profile::RouteNumber;

/// As many ways of one key are told apart between two times of writing down. Of what goes beyond, the client is not known.
pub(super) const TOLD_APART: usize = 256;

/// Accepted requests of one key in one hour, through one route and from one client.
#[derive(Clone, Debug)]
pub struct Way {
    pub route: RouteNumber,
    /// Nothing, where there were too many to tell apart.
    pub client: Option<Arc<Client>>,
    pub count: i64,
    /// When the last of them was made; all were in its hour.
    pub last: Timestamp,
}

/// The ways of one key.
#[derive(Debug, Default)]
pub struct Ways {
    /// Of the clients, so that looking for one reads one short list.
    hashes: Vec<u64>,
    ways: Vec<Way>,
}

impl Ways {
    /// Counts one request more.
    pub(in crate::domain) fn add_one(
        &mut self,
        hasher: &RandomState,
        source: &Source<'_>,
        now: Timestamp,
        last: &mut LastClient,
    ) {
        let hash = source.hash(hasher);
        let is_it = |way: &Way| way.client.as_ref().is_some_and(|client| client.is(source));
        let known = self.find(hash, source.route(), now, is_it);
        let client = || Some(last.remember(source));
        self.add_to(known, hash, (source.route(), 1, now), client);
    }

    /// Counts more of them.
    pub(in crate::domain) fn add(&mut self, hasher: &impl BuildHasher, way: Way) {
        let hash = way.client.as_ref().map_or(0, |client| client.hash(hasher));
        let known = self.find(hash, way.route, way.last, |known| known.client == way.client);
        self.add_to(known, hash, (way.route, way.count, way.last), || way.client);
    }

    fn find(&self, hash: u64, route: RouteNumber, at: Timestamp, is_it: impl Fn(&Way) -> bool) -> Option<usize> {
        let mut alike = self.hashes.iter().zip(&self.ways);
        alike
            .position(|(known, way)| *known == hash && way.route == route && way.last.hour() == at.hour() && is_it(way))
    }

    fn add_to(
        &mut self,
        known: Option<usize>,
        hash: u64,
        (route, count, last): (RouteNumber, i64, Timestamp),
        client: impl FnOnce() -> Option<Arc<Client>>,
    ) {
        let beyond = || self.find(0, route, last, |way| way.client.is_none());
        let is_full = self.ways.len() >= TOLD_APART;
        let known = known.or_else(|| if is_full { beyond() } else { None });
        if let Some(way) = known.and_then(|position| self.ways.get_mut(position)) {
            way.count += count;
            way.last = way.last.max(last);
            return;
        }
        let client = if is_full { None } else { client() };
        self.hashes.push(if client.is_some() { hash } else { 0 });
        self.ways.push(Way {
            route,
            client,
            count,
            last,
        });
    }

    /// All of them.
    pub fn into_ways(self) -> Vec<Way> {
        self.ways
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::*;
    use crate::model::timestamp::HOUR;

    fn source(address: u32) -> Source<'static> {
        Source {
            address: Some(IpAddr::V4(Ipv4Addr::from(address))),
            ..Source::default()
        }
    }

    #[test]
    fn what_is_alike_is_counted_together_and_nothing_else() {
        let (mut ways, mut last, hasher) = (Ways::default(), LastClient::default(), RandomState::new());
        let asked = ["a".to_owned()];
        for hour in [7, 8, 7] {
            let now = Timestamp::from_millis(hour * HOUR);
            for other in [
                source(1),
                source(2),
                Source {
                    asked: &asked,
                    ..source(1)
                },
                Source {
                    from_anywhere: true,
                    ..source(1)
                },
                Source {
                    user_agent: "curl",
                    ..source(1)
                },
            ] {
                ways.add_one(&hasher, &other, now, &mut last);
            }
        }
        let one = ways.ways[0].clone();
        ways.add(&hasher, Way { count: 10, ..one });
        let counts: Vec<_> = ways
            .into_ways()
            .iter()
            .map(|way| (way.last.hour(), way.count))
            .collect();
        let [rest, hours] = [[(7, 2); 4], [(8, 1); 5].first_chunk().copied().unwrap_or_default()];
        let expected = [(7, 12)].into_iter().chain(rest).chain(hours).chain([(8, 1)]);
        assert_eq!(counts, expected.collect::<Vec<_>>());
    }

    #[test]
    fn beyond_what_is_told_apart_the_client_is_not_known_but_nothing_is_lost() {
        let (mut ways, mut last, hasher) = (Ways::default(), LastClient::default(), RandomState::new());
        let now = Timestamp::default();
        for round in 0..2 {
            for address in 0..1_000 {
                ways.add_one(&hasher, &source(address), now, &mut last);
            }
            assert_eq!(ways.ways.len(), TOLD_APART + 1, "in round {round}");
        }
        let ways = ways.into_ways();
        assert_eq!(ways.iter().map(|way| way.count).sum::<i64>(), 2_000);
        let beyond: Vec<_> = ways.iter().filter(|way| way.client.is_none()).collect();
        assert_eq!((beyond.len(), beyond[0].count), (1, 2 * (1_000 - TOLD_APART as i64)));
    }
}
