//! Where requests come from, and how much of that is remembered.

use std::net::IpAddr;
use std::sync::Arc;

use super::notes::LONGEST_AGENT;

/// Where a request came from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub address: Option<IpAddr>,
    pub user_agent: &'a str,
}

/// Where requests came from, remembered.
#[derive(Debug, Default)]
pub struct Client {
    pub address: Option<IpAddr>,
    /// The beginning of it: more is not kept. It is the same for many clients, one for each address.
    pub user_agent: Arc<str>,
}

/// Where the last request came from that was counted somewhere: mostly the next one comes from there too.
#[derive(Debug, Default)]
pub struct LastClient(Arc<Client>);

impl Client {
    pub(super) fn is(&self, source: Source<'_>) -> bool {
        self.address == source.address && *self.user_agent == *beginning(source.user_agent)
    }
}

/// How much of a user agent is remembered, in bytes: what is kept of it is no more.
const REMEMBERED: usize = 4 * LONGEST_AGENT;

fn beginning(agent: &str) -> &str {
    agent.get(..REMEMBERED).unwrap_or(agent)
}

impl LastClient {
    /// The same for all requests that come from there one after the other.
    pub(super) fn remember(&mut self, source: Source<'_>) -> Arc<Client> {
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
            });
        }
        Arc::clone(&self.0)
    }
}
