//! The support desk.

mod look_up;
mod people;
mod spoken;
mod strangers;
mod whole_key;
mod workspaces;
