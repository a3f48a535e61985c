//! Pages for people as people: signing up, in and out, their password, their sessions.

pub mod sign_in;
pub mod sign_out;
