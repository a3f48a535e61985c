//! The support desk.

mod look_up;
mod spoken;
mod strangers;
mod whole_key;
