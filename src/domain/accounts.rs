//! People: signing up, in and out, passwords, sessions. One file an operation.

mod create;
mod first;
pub mod sessions;
mod sign_in;

pub use create::create;
pub use first::first_link;
pub use sign_in::{confirm_password, sign_in};
