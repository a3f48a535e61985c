//! What verification is asked. Whoever counts, marks or charges a request knows it by this, too.

use std::net::IpAddr;

use crate::model::mistake::Mistake;
use crate::model::request_id::RequestId;
use crate::model::transport::Transport;
use crate::model::verdict::Refusal;
use crate::profile::{CredentialPlace, Environment, Matched};

/// What a credential is, before anything is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sought {
    Nothing,
    Malformed,
    /// It is no key, but looks like a token of the identity provider.
    Token,
    /// It looks like a key, and this is its digest.
    Key([u8; 32]),
}

/// Where a credential was.
#[derive(Clone, Copy, Debug, Default)]
pub enum ReadFrom<'a> {
    #[default]
    Untold,
    Header(&'a CredentialPlace),
    /// One of the provider's own systems asks.
    ProviderApi,
}

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Question<'a> {
    /// What was presented, when anything was.
    pub credential: Option<&'a str>,
    /// What that is, from whoever has something else to do while memory comes: see [`super::seek`].
    pub sought: Option<Sought>,
    /// The request's method, in capitals.
    pub method: Option<&'a str>,
    /// The request's path, as the profile's routes name it.
    pub path: Option<&'a str>,
    /// What the profile says about the request, from whoever knows it already: [`crate::profile::Profile::route_of`] takes as
    /// long as all the rest.
    pub matched: Option<Matched<'a>>,
    /// Keyhatch answers the request itself, or has a part of the profile for it: it needs no route that names it.
    pub is_ours: bool,
    /// Scopes that are needed besides what the route asks for.
    pub scopes: &'a [String],
    /// The environment that is asked for.
    pub environment: Option<Environment>,
    /// A limit that the request counts against, besides those that the profile says.
    pub limit: Option<&'a str>,
    /// How many credits it takes, once everything else is found good: see [`super::priced`].
    pub cost: u32,
    /// Full access is needed unless the route names a scope: for what manages keys.
    pub full_access_unless_scoped: bool,
    /// What stands in the way of a key that may make the request otherwise, found by whoever asks.
    pub barred: Option<&'a Refusal>,
    /// Somebody else sends it than whoever has the key: the key’s list of addresses does not concern it.
    pub from_anywhere: bool,
    /// From where.
    pub address: Option<IpAddr>,
    pub user_agent: &'a str,
    /// What people call it.
    pub request_id: RequestId,
    /// Where the credential was.
    pub read_from: ReadFrom<'a>,
    /// What whoever sent no credential may have taken for one.
    pub overlooked: Option<Mistake>,
    /// How it came, where that matters.
    pub transport: Transport,
}

impl Question<'_> {
    /// How a request came is looked at before its key is: the one refusal comes before the other.
    pub(super) fn refused_as(&self, refusal: Refusal) -> Refusal {
        match self.transport {
            Transport::Fine => refusal,
            Transport::Untold | Transport::Plain => Refusal::HttpsRequired,
        }
    }
}
