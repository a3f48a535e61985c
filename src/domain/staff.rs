//! The support desk: finding a customer's key by what the customer may read out.

mod look_up;
mod typed;

pub use look_up::{Found, Looked, by_display_prefix, by_id, record_look};
pub use typed::{Refused, Typed};
