//! Keys: issuing, showing once, changing, rolling, revoking. One file an operation.

mod bounds;
mod change;
pub mod compromise;
mod delete;
mod disable;
mod edit;
mod expiring;
mod first;
pub mod input;
mod issue;
mod limits;
mod list;
mod mails;
mod mint;
pub mod reveal;
mod revoke;
mod roll;
mod rotate_secret;
mod traffic;

use change::find_with_usage;
pub use change::{find, find_if_there, find_replaced, refuse_frozen};
pub use delete::delete;
pub use disable::{disable, enable};
pub use edit::{Edit, edit, seen};
pub use expiring::tell_of_expiry;
pub(in crate::domain) use first::issue_first;
pub use input::{NewKey, NewKeyInput};
pub use issue::{Issued, issue, issue_for_reveal};
pub use limits::places;
pub use list::{Filter, KeyPage, StatusFilter, counted, list};
pub(in crate::domain) use mint::mint_signing_secret;
pub use reveal::{Shown, Ticket};
pub use revoke::{Evidence, evidence, revoke};
pub use roll::{Grace, refuse_rolled, roll, successor_expiry};
pub use rotate_secret::{end_overlap, rotate_signing_secret, secret_seen};
pub use traffic::{Daily, RefusalCount, Traffic, traffic};
