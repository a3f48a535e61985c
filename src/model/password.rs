//! Passwords (NIST SP 800-63B-4, section 3.1.1): length and a list of common ones, no rules of composition.

use secrecy::{ExposeSecret, SecretString};

/// A password worth hashing: 15 to 256 characters, not a common one. It cannot be printed.
#[derive(Clone, Debug)]
pub struct Password(SecretString);

const SHORTEST: usize = 15;
const LONGEST: usize = 256;

impl Password {
    /// Checks a *new* password; the error is a sentence for the field. `email` may not be the password.
    pub fn parse(typed: &str, email: &str) -> Result<Self, &'static str> {
        let length = typed.chars().count();
        if length < SHORTEST {
            return Err("Use at least 15 characters: four or five unrelated words are easy to remember.");
        }
        if length > LONGEST {
            return Err("Use at most 256 characters.");
        }
        if is_common(typed) {
            return Err("Choose another: this is one of the passwords that are tried first.");
        }
        if typed.trim().eq_ignore_ascii_case(email.trim()) {
            return Err("Choose another: this is your email address.");
        }
        Ok(Self(SecretString::from(typed)))
    }

    /// A password somebody presents at sign-in: unchecked, because it is only compared. What is longer than any
    /// password can be is cut, so that it costs no more than the longest.
    pub fn presented(typed: &str) -> Self {
        Self(SecretString::from(typed.chars().take(LONGEST + 1).collect::<String>()))
    }

    /// The text, for hashing only.
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

/// Long passwords that are common nevertheless: the list's own (one a line, lower case), one character or one short
/// pattern over and over, and straight runs over the keyboard or the alphabet.
fn is_common(typed: &str) -> bool {
    let folded = typed.trim().to_lowercase();
    let letters: Vec<char> = folded
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '_' | '.'))
        .collect();
    let joined: String = letters.iter().collect();
    if include_str!("password/common.txt")
        .lines()
        .any(|common| common == folded || common == joined)
    {
        return true;
    }
    let repeats = (1..=4).any(|period| letters.iter().zip(letters.iter().skip(period)).all(|(a, b)| a == b));
    let runs = [
        "abcdefghijklmnopqrstuvwxyz",
        "01234567890123456789",
        "qwertyuiopasdfghjklzxcvbnm",
    ];
    repeats
        || runs
            .iter()
            .any(|run| run.contains(&joined) || run.chars().rev().collect::<String>().contains(&joined))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_commonness_decide() {
        let refused = |typed: &str| Password::parse(typed, "alice.liddell@example.com").is_err();
        assert!(!refused("seven quiet herons upriver"), "a plain passphrase is fine");
        assert!(!refused("ein Löffel voll Zimt"));
        for bad in [
            "short",
            "14 characters.",
            "aaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "123456789012345",
            "Password-Password",
            "correct horse battery staple",
            "qwertyuiopasdfgh",
            "alice.liddell@example.com",
            &"x y".repeat(200),
        ] {
            assert!(refused(bad), "{bad}");
        }
    }

    #[test]
    fn a_password_cannot_be_printed() {
        let password = Password::presented("correct horse battery staple");
        assert!(!format!("{password:?}").contains("horse"));
    }
}
