//! Where requests come from and what they ask for, and how much of that is remembered.

use std::hash::{BuildHasher, Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use super::notes::LONGEST_AGENT;
use crate::profile::{Matched, RouteNumber};

/// Where a request came from, and what it asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'a> {
    pub address: Option<IpAddr>,
    pub user_agent: &'a str,
    /// Whether it came through somebody whom the key's list of addresses does not concern.
    pub from_anywhere: bool,
    /// Scopes that were asked for by name.
    pub asked: &'a [String],
    pub matched: Matched<'a>,
}

impl<'a> Source<'a> {
    /// What it is counted by.
    #[inline]
    pub fn route(&self) -> RouteNumber {
        self.matched.number()
    }

    /// The scopes that it needed and that its route's number does not tell. Nearly always there are none.
    #[inline]
    fn scopes(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let own = self.matched.route.filter(|route| route.number.is_shared());
        let of_routes = own.into_iter().chain(self.matched.others());
        let of_routes = of_routes.filter_map(|route| route.scope.as_deref());
        of_routes.chain(self.asked.iter().map(String::as_str))
    }

    pub(super) fn hash(&self, hasher: &impl BuildHasher) -> u64 {
        let mut hash = hasher.build_hasher();
        (self.address, beginning(self.user_agent), self.from_anywhere).hash(&mut hash);
        self.scopes().for_each(|scope| scope.hash(&mut hash));
        hash.finish()
    }
}

/// Where requests came from and what they asked for, remembered.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Client {
    pub address: Option<IpAddr>,
    /// The beginning of it: more is not kept. It is the same for many clients, one for each address.
    pub user_agent: Arc<str>,
    pub from_anywhere: bool,
    /// See [`Source::scopes`].
    pub scopes: Box<[Box<str>]>,
}

/// Where the last request came from that was counted somewhere: mostly the next one comes from there too.
#[derive(Debug, Default)]
pub struct LastClient(Arc<Client>);

impl Client {
    #[inline]
    pub(super) fn is(&self, source: &Source<'_>) -> bool {
        self.address == source.address
            && *self.user_agent == *beginning(source.user_agent)
            && self.from_anywhere == source.from_anywhere
            && self.scopes.iter().map(|scope| &**scope).eq(source.scopes())
    }

    /// As [`Source::hash`].
    pub(super) fn hash(&self, hasher: &impl BuildHasher) -> u64 {
        let mut hash = hasher.build_hasher();
        (self.address, &*self.user_agent, self.from_anywhere).hash(&mut hash);
        self.scopes.iter().for_each(|scope| scope.hash(&mut hash));
        hash.finish()
    }
}

/// How much of a user agent is remembered, in bytes: what is kept of it is no more.
const REMEMBERED: usize = 4 * LONGEST_AGENT;

fn beginning(agent: &str) -> &str {
    agent.get(..REMEMBERED).unwrap_or(agent)
}

impl LastClient {
    /// The same for all requests that come from there one after the other.
    pub(super) fn remember(&mut self, source: &Source<'_>) -> Arc<Client> {
        if !self.0.is(source) {
            let agent = beginning(source.user_agent);
            let is_same = *self.0.user_agent == *agent;
            self.0 = Arc::new(Client {
                address: source.address,
                user_agent: if is_same {
                    Arc::clone(&self.0.user_agent)
                } else {
                    agent.into()
                },
                from_anywhere: source.from_anywhere,
                scopes: source.scopes().map(Box::from).collect(),
            });
        }
        Arc::clone(&self.0)
    }
}
