//! Pages about workspaces.

pub mod audit;
pub mod create;
pub mod credits;
pub mod invitations;
pub mod key_health;
pub mod list;
pub mod members;
pub mod membership;
pub mod overview;
pub mod requests;
pub mod settings;
pub mod webhooks;
