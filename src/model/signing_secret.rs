//! Signing secrets: what a webhook's receiver checks signatures with (Standard Webhooks, "whsec_").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// `whsec_` and the base64 of 32 random bytes. It cannot be printed.
#[derive(Clone, Debug)]
pub struct SigningSecret(SecretString);

/// How many random bytes a secret has; the format allows 24 to 64.
pub const SECRET_BYTES: usize = 32;

impl SigningSecret {
    /// A secret from fresh random bytes.
    pub fn from_random(bytes: &Zeroizing<[u8; SECRET_BYTES]>) -> Self {
        Self(SecretString::from(format!(
            "whsec_{}",
            STANDARD.encode(bytes.as_slice())
        )))
    }

    /// A secret that was unsealed.
    pub fn from_text(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// The text, for sealing, signing and revealing only.
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}
