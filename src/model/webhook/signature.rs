//! Signing as Standard Webhooks has it: HMAC-SHA256 over `id.timestamp.body`, under the bytes that `whsec_…` stands for.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::model::signing_secret::SigningSecret;
use crate::model::timestamp::Timestamp;

/// `v1,` and the base64 of the signature. Several, for as long as two secrets count, are joined with a space.
///
/// `at` is what the header `webhook-timestamp` says, in whole seconds; `body` is exactly what is sent.
pub fn sign(secret: &SigningSecret, id: &str, at: Timestamp, body: &[u8]) -> String {
    let key = key_of(secret);
    // HMAC takes a key of any length: this cannot fail. If it did, an empty signature is one that nobody accepts.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(&key) else {
        return "v1,".to_owned();
    };
    mac.update(format!("{id}.{}.", at.seconds()).as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// The bytes to sign with. A secret of ours is always `whsec_` and base64; if one ever were not, its text is the key, as
/// the libraries of receivers would refuse it anyway and an empty key would let anybody sign.
fn key_of(secret: &SigningSecret) -> Zeroizing<Vec<u8>> {
    // Signing is what the secret is for.
    let text = secret.expose_secret();
    let encoded = text.strip_prefix("whsec_").unwrap_or(text);
    Zeroizing::new(match STANDARD.decode(encoded) {
        Ok(key) if !key.is_empty() => key,
        _ => text.as_bytes().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(secret: &str, id: &str, seconds: i64, body: &[u8]) -> String {
        let at = Timestamp::from_millis(seconds * 1_000);
        sign(&SigningSecret::from_text(secret.to_owned()), id, at, body)
    }

    /// From the specification's own libraries.
    #[test]
    fn the_vector_of_standard_webhooks() {
        assert_eq!(
            signed(
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                1_614_265_330,
                br#"{"test": 2432232314}"#,
            ),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    /// From the pages on verifying by hand.
    #[test]
    fn the_vector_of_svix() {
        assert_eq!(
            signed(
                "whsec_plJ3nmyCDGBKInavdOK15jsl",
                "msg_loFOjxBNrRLzqYUf",
                1_731_705_121,
                br#"{"event_type":"ping","data":{"success":true}}"#,
            ),
            "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
        );
    }

    #[test]
    fn each_part_is_signed() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signature = signed(secret, "msg_1", 1_700_000_000, b"{}");
        for other in [
            signed("whsec_plJ3nmyCDGBKInavdOK15jsl", "msg_1", 1_700_000_000, b"{}"),
            signed(secret, "msg_2", 1_700_000_000, b"{}"),
            signed(secret, "msg_1", 1_700_000_001, b"{}"),
            signed(secret, "msg_1", 1_700_000_000, b"{ }"),
            signed(secret, "msg_1", 1_700_000_000, b""),
        ] {
            assert_ne!(signature, other);
        }
    }

    #[test]
    fn the_timestamp_is_whole_seconds() {
        let secret = SigningSecret::from_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned());
        let at = |millis| sign(&secret, "msg_1", Timestamp::from_millis(millis), b"{}");
        assert_eq!(at(1_700_000_000_000), at(1_700_000_000_999));
        assert_ne!(at(1_700_000_000_999), at(1_700_000_001_000));
    }

    /// A key of no bytes would let anybody sign.
    #[test]
    fn a_damaged_secret_is_no_empty_key() {
        let nothing = signed("whsec_", "msg_1", 1, b"{}");
        assert_ne!(nothing, signed("whsec_!", "msg_1", 1, b"{}"));
        let mut empty = <Hmac<Sha256> as KeyInit>::new_from_slice(b"").unwrap();
        empty.update(b"msg_1.1.{}");
        assert_ne!(
            nothing,
            format!("v1,{}", STANDARD.encode(empty.finalize().into_bytes()))
        );
    }
}
