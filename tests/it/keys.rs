//! Keys in the browser: making, showing once, changing, rolling, rotating, revoking.

mod bad_input;
mod breakage;
mod brown_out;
mod create;
mod edit;
mod list;
mod reveal;
mod revoke;
mod roles;
mod roll;
mod rolled;
mod show;
mod signing_secret;
mod state;
pub mod world;
