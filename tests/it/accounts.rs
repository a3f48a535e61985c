//! People: signing up, in and out, passwords, sessions, and the letters in between.

mod addresses;
mod cookies;
mod devices;
mod first;
mod letters;
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

/// The path of the link in a letter that contains `path`.
pub fn link(letter: &str, path: &str) -> String {
    let at = letter
        .find(path)
        .unwrap_or_else(|| panic!("no {path} in the letter:\n{letter}"));
    letter[at..].split_whitespace().next().unwrap().to_owned()
}
