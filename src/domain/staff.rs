//! The support desk: finding what a customer speaks of, and looking at it. Whatever is shown is in the customer's trail before.

pub mod account;
mod find;
mod look_up;
mod trail;
mod typed;
pub mod workspace;

pub use find::{Answer, Called, Lists, find};
pub use look_up::{Found, Looked, by_id, record_look};
pub use typed::{Refused, Typed, may_be_shown};
