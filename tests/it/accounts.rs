//! People: signing up, in and out, passwords, sessions, and the mail in between.

mod addresses;
mod cookies;
mod dev_mail;
mod devices;
mod first;
mod outbox;
mod password;
mod reset;
mod resume;
mod sessions;
mod sign_in;
mod sign_up;
mod smtp;
mod smtp_tls;
mod throttle;

/// The path of the link in an email that contains `path`.
pub fn link(mail: &str, path: &str) -> String {
    let at = mail
        .find(path)
        .unwrap_or_else(|| panic!("no {path} in the mail:\n{mail}"));
    mail[at..].split_whitespace().next().unwrap().to_owned()
}
