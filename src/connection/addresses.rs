//! How many connections each address has open, and may have.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::client::TrustedProxies;

/// How often is logged that somebody has too many.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// Counts connections. Proxies that are listed are not counted: through them come everybody's.
#[derive(Clone, Debug)]
pub struct Addresses {
    at_most: usize,
    proxies: TrustedProxies,
    open: Arc<Mutex<Connections>>,
}

#[derive(Debug, Default)]
struct Connections {
    of: HashMap<IpAddr, usize>,
    said_at: Option<Instant>,
    refused: u64,
}

/// A place of an address; free again when it is dropped.
#[derive(Debug)]
pub struct Place(Option<(IpAddr, Arc<Mutex<Connections>>)>);

impl Addresses {
    /// So many for each.
    pub fn new(at_most: usize, proxies: TrustedProxies) -> Self {
        Self {
            at_most,
            proxies,
            open: Arc::default(),
        }
    }

    /// A place for one more, unless the address has as many as it may.
    pub fn take(&self, peer: IpAddr) -> Option<Place> {
        let peer = peer.to_canonical();
        if self.proxies.include(&peer) {
            return Some(Place(None));
        }
        let network = network(peer);
        let mut open = self.open.lock();
        let count = open.of.entry(network).or_default();
        if *count >= self.at_most {
            open.refuse(network, self.at_most);
            return None;
        }
        *count += 1;
        Some(Place(Some((network, Arc::clone(&self.open)))))
    }
}

impl Connections {
    fn refuse(&mut self, network: IpAddr, at_most: usize) {
        self.refused += 1;
        if self.said_at.is_some_and(|at| at.elapsed() < SAID_EVERY) {
            return;
        }
        tracing::warn!(
            address = %network,
            connections = at_most,
            refused = self.refused,
            "an address has as many open connections as KEYHATCH_CONNECTIONS_PER_ADDRESS allows; further ones are closed at once. \
             (If it is a proxy of yours, name it in KEYHATCH_TRUSTED_PROXIES.)"
        );
        self.said_at = Some(Instant::now());
        self.refused = 0;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((network, open)) = self.0.take() else { return };
        let mut open = open.lock();
        if let Some(count) = open.of.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                open.of.remove(&network);
            }
        }
    }
}

/// Of an IPv6 address its /64, which is the least that anybody is given.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::from((u128::from(address) >> 64 << 64).to_be_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let addresses = Addresses::new(2, TrustedProxies::default());
        let take = |text| addresses.take(address(text));
        let (one, two) = (take("192.0.2.1"), take("192.0.2.1"));
        assert!(one.is_some() && two.is_some() && take("192.0.2.1").is_none());
        assert!(take("::ffff:192.0.2.1").is_none(), "the same in other words");
        assert!(take("192.0.2.2").is_some(), "another");
        drop(one);
        assert!(take("192.0.2.1").is_some());
        drop(two);
        assert!(
            addresses.open.lock().of.is_empty(),
            "nothing is left of those who have gone"
        );
    }

    #[test]
    fn a_network_is_counted_as_one_address() {
        let addresses = Addresses::new(1, TrustedProxies::default());
        let _one = addresses.take(address("2001:db8:0:1::1")).unwrap();
        assert!(
            addresses.take(address("2001:db8:0:1:ffff::2")).is_none(),
            "the same /64"
        );
        assert!(addresses.take(address("2001:db8:0:2::1")).is_some(), "the next");
    }

    #[test]
    fn proxies_that_are_listed_are_not_counted() {
        let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
        let addresses = Addresses::new(1, proxies);
        let places: Vec<_> = (0..100).map(|_| addresses.take(address("10.1.2.3"))).collect();
        assert!(places.iter().all(Option::is_some));
    }
}
