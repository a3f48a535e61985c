//! The optional parts of a profile: what a new account is given, and features that an API may have or not.

use std::fmt;

use crate::model::key_format::{Alphabet, Display, KeyFormat};
use crate::model::leak::LeakAction;

/// Two keys that belong together: one for everybody to see, one to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The name `[welcome]` refers to.
    pub id: String,
    /// The name people read.
    pub label: String,
    /// The key type of the public one.
    pub publishable: String,
    /// The key type of the secret one.
    pub secret: String,
}

/// What `[welcome]` says: what a new account is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Welcome {
    /// What its first workspace is called.
    pub workspace: String,
    /// What its first project is called, where projects own keys.
    pub project: String,
    /// The key types of its first keys, those of pairs included.
    pub key_types: Vec<String>,
}

/// What `[[welcome.step]]` says: a first step of the provider's own, after ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WelcomeStep {
    pub title: String,
    pub text: String,
    /// A whole address, or a path of this server.
    pub link: String,
    /// When it is ticked; never, where nothing says it.
    pub done_when: Option<Fact>,
}

/// What can be known of somebody's first steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    EmailConfirmed,
    Workspace,
    Project,
    Key,
    LiveKey,
    FirstRequest,
    Webhook,
    SecondMember,
}

impl Fact {
    /// All of them, as the profile calls them.
    pub const ALL: [(&'static str, Self); 8] = [
        ("email-confirmed", Self::EmailConfirmed),
        ("workspace", Self::Workspace),
        ("project", Self::Project),
        ("key", Self::Key),
        ("live-key", Self::LiveKey),
        ("first-request", Self::FirstRequest),
        ("webhook", Self::Webhook),
        ("second-member", Self::SecondMember),
    ];
}

/// What `[embed]` says: sessions for the customers of a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Embed {
    /// What the publishable key of a project begins with.
    pub publishable_prefix: String,
    /// What its signing key begins with.
    pub signing_prefix: String,
    /// How long a session lives.
    pub session_minutes: u32,
}

/// What `[inbound]` says: webhooks that others send to the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    /// What a token begins with.
    pub token_prefix: String,
}

/// What `[leaks]` says: keys that were found where everybody can read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaks {
    /// What is done with one, where its owner has not said something else.
    pub action: LeakAction,
    /// Where GitHub publishes the keys that it signs reports with, if reports of it are taken.
    pub github_keys: Option<String>,
}

/// What `[jwt]` says: tokens of an identity provider, taken beside keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwt {
    /// What `iss` must say.
    pub issuer: String,
    /// What `aud` must say, or hold.
    pub audience: Option<String>,
    /// The only algorithms that are taken.
    pub algorithms: Vec<JwtAlgorithm>,
    /// Where the keys are that tokens are verified with.
    pub keys: JwtKeys,
    /// The claim that names the workspace; dots lead inside.
    pub workspace_claim: String,
    /// How wrong the clocks of others may be.
    pub leeway_seconds: u32,
}

impl Jwt {
    /// The environment variable that is read because of the profile.
    pub fn secret_variable(&self) -> Option<&str> {
        match &self.keys {
            JwtKeys::SecretVariable(name) => Some(name),
            JwtKeys::Jwks(_) => None,
        }
    }
}

/// How a token may be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwtAlgorithm {
    /// HMAC with SHA-256.
    Hs256,
    /// RSA with SHA-256.
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
}

/// Where the keys are that tokens are verified with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JwtKeys {
    /// The environment variable that holds the shared secret.
    SecretVariable(String),
    /// The address of a JWKS.
    Jwks(String),
}

/// What `[credits]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credits {
    /// What people call one, in the plural.
    pub unit: String,
    /// How many a new workspace has.
    pub start: u32,
    /// What a request costs where its route does not say.
    pub cost: u32,
    /// With fewer than so many left, the workspace is told.
    pub low: u32,
}

impl JwtAlgorithm {
    /// Every algorithm with the name a profile, and a token, uses for it.
    pub const NAMED: [(&'static str, Self); 4] = [
        ("HS256", Self::Hs256),
        ("RS256", Self::Rs256),
        ("ES256", Self::Es256),
        ("EdDSA", Self::EdDsa),
    ];

    /// Whether both sides hold the same secret.
    pub fn is_shared_secret(self) -> bool {
        self == Self::Hs256
    }
}

impl fmt::Display for JwtAlgorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::NAMED.iter().find(|(_, algorithm)| algorithm == self);
        formatter.write_str(name.map_or("", |(name, _)| name))
    }
}

impl Embed {
    /// The format of publishable keys. They are no secrets.
    pub fn publishable_format(&self) -> KeyFormat {
        format(&self.publishable_prefix)
    }

    /// The format of signing keys.
    pub fn signing_format(&self) -> KeyFormat {
        format(&self.signing_prefix)
    }
}

impl Inbound {
    /// The format of tokens.
    pub fn token_format(&self) -> KeyFormat {
        format(&self.token_prefix)
    }
}

/// What stands behind the prefix is the same everywhere: 238 bits, and a checksum against typos.
fn format(prefix: &str) -> KeyFormat {
    KeyFormat {
        prefix: prefix.to_owned(),
        alphabet: Alphabet::Base62,
        length: 40,
        checksum: true,
        display: Display {
            length: prefix.len() + 6,
            suffix: "…".to_owned(),
        },
    }
}
