//! A key that somebody else may know: since when, and how that was found out.

use std::fmt;
use std::str::FromStr;

use crate::model::timestamp::Timestamp;

/// What is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compromise {
    pub at: Timestamp,
    pub how: CompromisedHow,
    /// The address that the key came from.
    pub address: Option<String>,
}

/// How it was found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompromisedHow {
    /// It came over plain http, where everybody on the way could read it.
    PlainHttp,
}

impl CompromisedHow {
    /// The word in the database and in events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PlainHttp => "plain_http",
        }
    }

    /// What happened, as the end of a sentence that begins with the key.
    pub fn words(self) -> &'static str {
        match self {
            Self::PlainHttp => "was sent over plain http",
        }
    }
}

impl fmt::Display for CompromisedHow {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for CompromisedHow {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "plain_http" => Ok(Self::PlainHttp),
            other => Err(format!("“{other}” is no way to be compromised")),
        }
    }
}
