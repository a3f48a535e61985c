//! The support desk: finding what a customer speaks of, looking at it, and doing something about it. Whatever is shown or done is in the
//! customer's trail.

pub mod account;
pub mod credits;
mod find;
mod look_up;
mod outlook;
pub mod person;
pub mod plan;
pub mod reason;
pub mod suspend;
mod trail;
mod typed;
pub mod workspace;

pub use find::{Answer, Called, Lists, find};
pub use look_up::{Found, Looked, by_id, record_look};
pub use outlook::{Asked, Outlook, Used};
pub use typed::{Refused, Typed, may_be_shown};
