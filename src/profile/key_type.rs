//! Key types: what kinds of key people can make, how they look and what they may do.

use crate::model::access::{Access, Environment};
use crate::model::key_format::KeyFormat;

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
