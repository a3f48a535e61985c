//! Workspaces: making them, who may do what in them, and that they do not exist for strangers.

mod audit;
mod create;
mod invitations;
mod key_health;
mod key_health_mail;
mod members;
mod membership;
mod overview;
mod settings;
mod strangers;
