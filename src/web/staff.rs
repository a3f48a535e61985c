//! The support desk.

pub mod account;
mod card;
pub mod desk;
mod form;
pub mod key;
pub mod requests;
mod trail;
pub mod workspace;
