//! Where a key works, and what it may do there: the two questions every request asks.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

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
