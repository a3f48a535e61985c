//! Credits: what a workspace has, and each change of it, exact and on record. A balance is changed by the database alone, in one
//! statement ([`carry_out`]); nothing in memory knows one, so nothing can be stale.
//!
//! Come here for what changes a balance. What a request costs, and when it pays, is in `domain::verify::pay`.

mod carry_out;
mod change;
mod look;
pub mod serve;
mod till;

pub(in crate::domain) use carry_out::{grant_once, open};
pub use change::{Change, Whose, change, change_by_operator};
pub use look::{Ledger, balance, ledger, of_workspace, whose};
pub use till::Till;

use crate::model::credits::{Amount, CreditEntry, EntryKind, Short};
use crate::model::ids::{KeyId, WorkspaceId};
pub use crate::store::credits::NamedKey;

/// A change that somebody wants.
#[derive(Clone, Debug)]
pub struct Order {
    pub workspace: WorkspaceId,
    pub amount: Amount,
    pub kind: EntryKind,
    pub reason: String,
    pub key_id: Option<KeyId>,
    /// Of the workspace: the same key with the same order is the same change, forever.
    pub idempotency_key: Option<String>,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in the ledger; or it was there already, from the same order.
    Done(CreditEntry),
    /// The balance is too small.
    Short(Short),
    /// The balance would be larger than one can be.
    TooMuch,
    /// Another order had this idempotency key.
    UsedBefore,
}

impl Order {
    /// Whether this line was written by this order, sent before.
    fn wrote(&self, entry: &CreditEntry) -> bool {
        entry.kind == self.kind
            && entry.amount == self.amount.get()
            && entry.reason == self.reason
            && entry.key_id == self.key_id
    }
}
