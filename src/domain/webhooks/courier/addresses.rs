//! What names stand for, and the check that stands between a name and a connection.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use parking_lot::Mutex;
use reqwest::dns;
use url::{Host, Url};

use crate::model::webhook_url::UrlRules;

use super::Failure;

/// A question to the DNS, on its way.
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Who knows what a name stands for.
pub trait Resolve: fmt::Debug + Send + Sync {
    /// All addresses of a name.
    fn resolve(&self, name: &str) -> Resolving;
}

/// The system's own way of resolving names.
#[derive(Clone, Copy, Debug)]
pub struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: &str) -> Resolving {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// More than these are not tried.
const MOST_ADDRESSES: usize = 8;

/// The resolver of one request. What it lets through is what is connected to: there is no second look-up.
pub(super) struct Checked {
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) rules: Arc<UrlRules>,
    pub(super) encrypted: bool,
    pub(super) reached: Reached,
}

impl dns::Resolve for Checked {
    fn resolve(&self, name: dns::Name) -> dns::Resolving {
        let resolving = self.resolver.resolve(name.as_str());
        let (rules, encrypted, reached) = (Arc::clone(&self.rules), self.encrypted, self.reached.clone());
        Box::pin(async move {
            let found = resolving.await.map_err(|_| Failure::NotFound)?;
            let Some(first) = found.first() else {
                return Err(Failure::NotFound.into());
            };
            // One bad address is enough: a receiver on the internet has no reason to name one.
            if let Some(bad) = found.iter().find(|address| !rules.permit(**address, encrypted)) {
                reached.note(*bad);
                return Err(Failure::NotAllowed.into());
            }
            reached.note(*first);
            // Port 0: that of the URL.
            let addresses = found.into_iter().take(MOST_ADDRESSES);
            Ok(Box::new(addresses.map(|address| SocketAddr::new(address, 0))) as dns::Addrs)
        })
    }
}

/// Whom a request got to, for the record.
#[derive(Clone, Default)]
pub(super) struct Reached(Arc<Mutex<Option<IpAddr>>>);

impl Reached {
    pub(super) fn note(&self, address: IpAddr) {
        *self.0.lock() = Some(address);
    }

    /// The address that stands in the URL, when one does.
    pub(super) fn note_literal(&self, url: &Url) {
        match url.host() {
            Some(Host::Ipv4(address)) => self.note(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => self.note(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => {}
        }
    }

    pub(super) fn address(&self) -> Option<IpAddr> {
        *self.0.lock()
    }
}
