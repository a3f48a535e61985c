//! Key types: what kinds of key people can make, how they look and what they may do.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::model::key_format::KeyFormat;

/// The world a key works in; its prefix carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Real data, real money.
    Live,
    /// A world of its own for trying things.
    Test,
}

/// What keys of a type may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Everything.
    All,
    /// Safe methods only.
    Read,
    /// Exactly the scopes ticked, at least one.
    Scopes,
}

/// A kind of key people can make.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyType {
    /// The name programs use.
    pub id: String,
    /// The name people read.
    pub label: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The environments it exists in, live before test, and how its keys look there.
    pub formats: Vec<(Environment, KeyFormat)>,
    /// What its keys may do.
    pub access: Access,
    /// Whether its keys are no secret: they stay readable and may be used from a browser.
    pub public: bool,
    /// Whether a webhook signing secret is made with each key.
    pub signing_secret: bool,
}

/// Ready-made settings for a new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyTemplate {
    /// The name used in links, such as `?template=ci`.
    pub id: String,
    /// The name people read.
    pub label: String,
    /// What it is for; may be empty.
    pub description: String,
    /// The key type it picks, if it picks one.
    pub key_type: Option<String>,
    /// The scopes it ticks.
    pub scopes: Vec<String>,
    /// When a key made from it expires, unless the person says otherwise.
    pub expires_in_days: Option<u32>,
}

/// The text is not the name of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownEnvironment;

impl Environment {
    /// Both of them, live first.
    pub const ALL: [Self; 2] = [Self::Live, Self::Test];

    /// The name programs use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Environment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl FromStr for Environment {
    type Err = UnknownEnvironment;

    fn from_str(text: &str) -> Result<Self, UnknownEnvironment> {
        Self::ALL
            .into_iter()
            .find(|environment| environment.as_str() == text)
            .ok_or(UnknownEnvironment)
    }
}

impl fmt::Display for UnknownEnvironment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an environment is \"live\" or \"test\"")
    }
}

impl std::error::Error for UnknownEnvironment {}

impl Access {
    /// The name programs use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Read => "read",
            Self::Scopes => "scopes",
        }
    }
}

impl KeyType {
    /// How keys of this type look in `environment`, if it exists there.
    pub fn format(&self, environment: Environment) -> Option<&KeyFormat> {
        self.formats
            .iter()
            .find(|(other, _)| *other == environment)
            .map(|(_, format)| format)
    }

    /// The environments this type exists in, live before test.
    pub fn environments(&self) -> impl Iterator<Item = Environment> {
        self.formats.iter().map(|(environment, _)| *environment)
    }

    /// The environment `text` is of, if a key of this type can look like that.
    pub fn environment_of(&self, text: &str) -> Option<Environment> {
        self.formats
            .iter()
            .find(|(_, format)| format.accepts(text))
            .map(|(environment, _)| *environment)
    }
}
