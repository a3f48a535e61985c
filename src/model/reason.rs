//! Why support did something: the customer reads it.

use crate::model::name::is_plain_text;

/// 3 to 500 characters on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason(String);

/// The most characters a reason may have.
pub const LONGEST_REASON: usize = 500;

const SHORTEST: usize = 3;

impl Reason {
    /// Checks what was typed; the error is a sentence for the field. Lines become one.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.chars().count() {
            0 => Err("Say why: the customer reads it."),
            length if length < SHORTEST => Err("Use at least 3 characters: the customer reads it."),
            length if length > LONGEST_REASON => Err("Use at most 500 characters."),
            _ if !is_plain_text(&text) => Err("Use letters, digits, spaces and punctuation only."),
            _ => Ok(Self(text)),
        }
    }

    /// The reason as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_line_that_says_something() {
        let said = Reason::parse("  Abuse,\r\n reported  by mail ").map(|reason| reason.0);
        assert_eq!(said, Ok("Abuse, reported by mail".to_owned()));
        assert!(Reason::parse(&"é".repeat(500)).is_ok());
        for bad in ["", " \n ", "no", &"x".repeat(501), "a\u{202E}bc", "a\0bc"] {
            assert!(Reason::parse(bad).is_err(), "{bad:?}");
        }
    }
}
