//! Inbound webhooks: what others send to the provider's API, with a token in the address instead of a key. The token stands for
//! the key that owns it.

use crate::model::ids::{InboundTokenId, KeyId};
use crate::model::timestamp::Timestamp;

/// A token, as it is kept and shown: everything but its text.
#[derive(Clone, Debug)]
pub struct InboundToken {
    pub id: InboundTokenId,
    pub key_id: KeyId,
    pub display_prefix: String,
    /// What it is for.
    pub template: String,
    /// The maker's email address.
    pub created_by: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
}

/// What a token is for, as the provider's API calls it: the slug of a template. It travels in a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(String);

/// How long it may be.
pub const LONGEST_TEMPLATE: usize = 100;

impl Template {
    /// Reads what was typed.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim();
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if text.is_empty() {
            return Err("Enter what the token is for, such as invoice.");
        }
        if text.len() > LONGEST_TEMPLATE {
            return Err("Use at most 100 characters.");
        }
        if !text.bytes().all(fine) {
            return Err("Use letters, digits, dots, hyphens and underscores only.");
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_a_slug() {
        for good in ["invoice", " invoice ", "Invoice-2_a.b", &"a".repeat(100)] {
            assert_eq!(Template::parse(good).unwrap().as_str(), good.trim());
        }
        for bad in ["", "  ", "in voice", "invoice/7", "é", "a\nb", &"a".repeat(101)] {
            assert!(Template::parse(bad).is_err(), "{bad:?}");
        }
    }
}
