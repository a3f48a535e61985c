//! Pages about projects.

pub mod create;
pub mod home;
pub mod settings;
