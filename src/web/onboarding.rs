//! `/welcome`: the first steps.

pub mod dismissal;
mod events;
pub mod first_request;
pub(in crate::web) mod received;
pub mod welcome;
