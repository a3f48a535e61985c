//! The support desk.

mod at_once;
mod deeds;
mod look_up;
mod now;
mod people;
mod roles;
mod spoken;
mod strangers;
mod whole_key;
mod workspaces;
