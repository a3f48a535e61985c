//! Usage: verdicts of keys and of what owns them, counted by kind, hour and day; and when a key was last used. Written in batches.
//!
//! A row of a day (`usage_days`, `usage_owner_days`) has a column for each hour, a row of a month (`usage_months`,
//! `usage_owner_months`) one for each day. What is counted is added to the row of the day. When that day is over, it is settled: its
//! count moves to the row of the month, and the hours stay for a while. So whatever happens, a day's requests are what its month says
//! and what is not settled, together.

mod batch;
pub mod callers;
mod kinds;
mod places;
mod settle;
mod sums;
mod top;

use std::borrow::Cow;
use std::sync::Arc;

pub use batch::{add, set_last_uses};
pub use settle::{Due, Step, is_any_due, step};
pub use sums::{DaySum, Subject, Sum, by, of_keys, of_owners, sums_since};
pub use top::{KeySum, Which, top_keys};

use crate::model::ids::KeyId;

/// Verdicts of one key in one hour with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub key: KeyId,
    /// Hours since 1970.
    pub hour: i64,
    pub outcome: Cow<'static, str>,
    /// Of accepted ones the route of the profile, of those that a limit had no room for, that limit; empty, where that is not said.
    pub of: Arc<str>,
    pub count: i64,
}

/// A pair of tables, and by what their rows are known.
#[derive(Clone, Copy, Debug)]
struct Tables {
    days: &'static str,
    months: &'static str,
    /// The columns, with the types that PostgreSQL has to be told.
    of: &'static [(&'static str, &'static str)],
}

const OF_KEYS: Tables = Tables {
    days: "usage_days",
    months: "usage_months",
    of: &[("key_id", "uuid")],
};

const OF_OWNERS: Tables = Tables {
    days: "usage_owner_days",
    months: "usage_owner_months",
    of: &[("workspace_id", "uuid"), ("owner_id", "uuid"), ("environment", "text")],
};

impl Tables {
    /// `workspace_id, owner_id, environment`
    fn columns(self) -> String {
        let names: Vec<_> = self.of.iter().map(|(name, _)| *name).collect();
        names.join(", ")
    }
}
