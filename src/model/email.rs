//! E-mail addresses.

use std::fmt;

use validator::ValidateEmail;

/// An address that could exist: shown as typed, compared without case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Checks what was typed; the error is a sentence for the field.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let email = typed.trim();
        if email.is_empty() {
            return Err("Enter your e-mail address.");
        }
        // 254 octets is the most that fits an SMTP path (RFC 5321, 4.5.3.1.3).
        if email.len() > 254 || !email.is_ascii() || !email.validate_email() {
            return Err("Enter an e-mail address like name@example.com.");
        }
        Ok(Self(email.to_owned()))
    }

    /// The address as it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two addresses are compared.
    pub fn folded(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_checked_and_folded() {
        assert_eq!(
            Email::parse(" Alice@Example.com ").map(|e| e.folded()),
            Ok("alice@example.com".into())
        );
        for bad in [
            "",
            "alice",
            "alice@",
            "@example.com",
            "a b@example.com",
            "a@b\r\nBcc: c@d.e",
            "ä@example.com",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }
}
