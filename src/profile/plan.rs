//! Plans: how much a workspace may have, and how often its keys may call.

use std::time::Duration;

/// What a workspace on this plan may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The name programs use.
    pub id: String,
    /// The name people read.
    pub label: String,
    /// How many living keys of each type; `None` is "as many as you like". A type that is missing can not be made.
    pub keys: Vec<(String, Option<u32>)>,
    /// How many living keys of all types together; `None` is "as many as you like".
    pub max_keys: Option<u32>,
    /// How many members; `None` is "as many as you like".
    pub members: Option<u32>,
    /// How many projects; `None` is "as many as you like".
    pub projects: Option<u32>,
    /// The limits this plan has different, whole and ready to use.
    pub limits: Vec<RateLimit>,
}

/// How often something may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// The name routes and plans refer to.
    pub id: String,
    /// How many requests …
    pub count: u32,
    /// … in which time …
    pub per: Period,
    /// … counted for whom.
    pub of: LimitOf,
    /// Whether every request counts. A limit that some route names counts on those routes only.
    pub everywhere: bool,
}

/// A length of time people name in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// One second.
    Second,
    /// Sixty seconds.
    Minute,
    /// Sixty minutes.
    Hour,
    /// Twenty-four hours.
    Day,
}

/// Whom a limit counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LimitOf {
    /// Each key has an allowance of its own.
    Key,
    /// All keys of a workspace share one.
    Workspace,
}

impl Plan {
    /// How many living keys of the type `type_id` a workspace may have; `None` is "as many as you like".
    pub fn key_limit(&self, type_id: &str) -> Option<u32> {
        self.keys
            .iter()
            .find(|(id, _)| id == type_id)
            .map_or(Some(0), |(_, limit)| *limit)
    }
}

impl Period {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
        }
    }

    /// How long it is.
    pub fn duration(self) -> Duration {
        Duration::from_secs(match self {
            Self::Second => 1,
            Self::Minute => 60,
            Self::Hour => 60 * 60,
            Self::Day => 24 * 60 * 60,
        })
    }
}
