//! Names that people give to workspaces, projects, keys and tokens.

use std::fmt;

/// 1 to 64 characters after trimming, none of them a control or an invisible direction mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

/// The most characters a name may have.
pub const LONGEST_NAME: usize = 64;

impl Name {
    /// Checks what was typed; the error is a sentence for the field.
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let name = typed.trim();
        if name.is_empty() {
            return Err("Enter a name.");
        }
        if name.chars().count() > LONGEST_NAME {
            return Err("Use at most 64 characters.");
        }
        if !is_plain_text(name) {
            return Err(
                "Use letters, digits, spaces and punctuation only: this contains a character that cannot be shown.",
            );
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as it is shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form in which two names are compared: `CI deploy` and `ci  Deploy` are one name.
    pub fn folded(&self) -> String {
        folded(&self.0)
    }
}

/// The same of a name that was kept.
pub fn folded(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether text holds nothing that hides, reorders or breaks the line it is shown in (Unicode's controls and bidi
/// overrides), and no replacement character, which stands for bytes that were not UTF-8.
pub fn is_plain_text(text: &str) -> bool {
    !text.chars().any(|c| {
        c.is_control()
            || matches!(c, '\u{200B}' | '\u{200E}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFD}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_bounded_and_visible() {
        assert_eq!(
            Name::parse("  CI deploy ").map(|n| n.to_string()),
            Ok("CI deploy".into())
        );
        assert!(Name::parse("é".repeat(64).as_str()).is_ok());
        for bad in ["", "   ", &"x".repeat(65), "a\0b", "a\nb", "a\u{202E}b", "a\u{FFFD}"] {
            assert!(Name::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn names_are_compared_without_case_and_runs_of_spaces() {
        let folded = |text| Name::parse(text).map(|n| n.folded());
        assert_eq!(folded("CI  Deploy"), folded("ci deploy"));
    }
}
