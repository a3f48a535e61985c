//! The plaintext of a key, as a type that cannot be printed.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroize;

/// The plaintext of a key. It has no `Display` and no `Serialize`, and its memory is wiped when it goes.
pub struct KeyText(SecretString);

impl KeyText {
    /// A text somebody presented as a key; nothing is known about it yet.
    pub fn presented(mut text: String) -> Self {
        if text.capacity() == text.len() {
            return Self(SecretString::from(text));
        }
        // Shrinking a string may move it and leave the old copy behind, so it is copied and wiped by hand.
        let exact: Box<str> = Box::from(text.as_str());
        text.zeroize();
        Self(SecretString::from(exact))
    }

    /// The plaintext, for minting, digesting and revealing only.
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("KeyText(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_says_nothing() {
        let text = KeyText::presented("kh_live_secret".to_owned());
        assert_eq!(format!("{text:?}"), "KeyText(…)");
        assert_eq!(text.expose_secret(), "kh_live_secret");
    }

    #[test]
    fn spare_capacity_changes_nothing() {
        let mut roomy = String::with_capacity(100);
        roomy.push_str("kh_live_secret");
        assert_eq!(KeyText::presented(roomy).expose_secret(), "kh_live_secret");
    }
}
