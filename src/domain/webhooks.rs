//! Webhooks: an event is stored in the transaction that accepts it, then attempted until it arrives or nobody can hope any more.
//!
//! `accept` decides and `queue` stores, `domain::dispatch` claims what is due and `dispatch` says what webhooks are to it, `attempt` signs and records, `courier` makes the request. What customers are told
//! is said in `announce`, and where, in `own`.

pub mod accept;
pub mod announce;
mod attempt;
pub mod courier;
pub mod dispatch;
pub mod endpoints;
pub mod look;
mod mails;
pub mod overview;
pub mod own;
mod own_page;
pub mod queue;
pub mod resend;
pub mod secrets;
pub mod send_test;
mod sweep;

pub use sweep::{sweep, sweep_endpoints};
