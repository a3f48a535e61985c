//! `/welcome`: the first steps.

mod events;
pub mod first_request;
pub(in crate::web) mod received;
pub mod welcome;
