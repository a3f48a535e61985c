//! The support desk.

mod look_up;
mod strangers;
mod whole_key;
