//! The support desk.

pub mod account;
mod card;
pub mod credits;
mod deed;
pub mod desk;
mod form;
pub mod key;
pub mod person;
pub mod plan;
mod refused;
pub mod requests;
pub mod suspension;
mod trail;
pub mod workspace;
