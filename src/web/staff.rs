//! The support desk.

pub mod desk;
mod form;
pub mod requests;
