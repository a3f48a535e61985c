//! Pages for people as people: signing up, in and out, their password, their sessions.

pub mod account;
pub mod confirm_password;
pub mod dev_mail;
pub mod first;
pub mod forgot_password;
pub mod invitation;
pub mod link;
mod new_account;
pub mod reset_password;
pub mod security;
pub mod sessions;
pub mod sign_in;
pub mod sign_out;
pub mod sign_up;
mod sign_up_form;
pub mod verify_email;
