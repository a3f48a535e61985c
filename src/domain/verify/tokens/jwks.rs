//! Reading a JWKS (RFC 7517): of the keys in it, those that can verify what the profile takes.

use anyhow::{Context, ensure};
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use serde::Deserialize;
use serde_json::Value;

use crate::profile::JwtAlgorithm;

/// A token without `kid` is tried with each key of its algorithm: there must not be many.
const MOST_KEYS: usize = 16;

/// A public key of the provider.
#[derive(Debug)]
pub(super) struct KnownKey {
    pub(super) kid: Option<String>,
    /// By the type of the key, and never by what a token says.
    pub(super) algorithm: JwtAlgorithm,
    pub(super) key: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// The keys of a document; those that cannot be used here are left out, whatever they are.
pub(super) fn read(body: &[u8], algorithms: &[JwtAlgorithm]) -> anyhow::Result<Vec<KnownKey>> {
    let document: Document = serde_json::from_slice(body).context("it is no JWKS")?;
    let keys: Vec<KnownKey> = document
        .keys
        .into_iter()
        .filter_map(|key| known(serde_json::from_value(key).ok()?))
        .filter(|key| algorithms.contains(&key.algorithm))
        .collect();
    ensure!(
        keys.len() <= MOST_KEYS,
        "it has {} keys for the algorithms of the profile, {MOST_KEYS} is the most",
        keys.len()
    );
    Ok(keys)
}

fn known(jwk: Jwk) -> Option<KnownKey> {
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (JwtAlgorithm::Rs256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
            (JwtAlgorithm::Es256, KeyAlgorithm::ES256)
        }
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            (JwtAlgorithm::EdDsa, KeyAlgorithm::EdDSA)
        }
        // A secret that is published is none.
        _ => return None,
    };
    let is_for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let verifies = jwk
        .common
        .key_operations
        .as_ref()
        .is_none_or(|operations| operations.contains(&KeyOperations::Verify));
    let is_named_so = jwk.common.key_algorithm.is_none_or(|name| name == named);
    if !(is_for_signatures && verifies && is_named_so) {
        return None;
    }
    Some(KnownKey {
        key: DecodingKey::from_jwk(&jwk).ok()?,
        kid: jwk.common.key_id,
        algorithm,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

    fn count(keys: &Value) -> usize {
        let all = JwtAlgorithm::NAMED.map(|(_, algorithm)| algorithm);
        read(json!({ "keys": keys }).to_string().as_bytes(), &all)
            .unwrap()
            .len()
    }

    #[test]
    fn only_public_keys_for_signatures_are_taken() {
        let good = json!({"kty": "OKP", "crv": "Ed25519", "x": X, "kid": "1"});
        for (name, value, taken) in [
            ("use", json!("sig"), 1),
            ("use", json!("enc"), 0),
            ("key_ops", json!(["verify"]), 1),
            ("key_ops", json!(["encrypt"]), 0),
            ("alg", json!("EdDSA"), 1),
            ("alg", json!("RS256"), 0),
            ("alg", json!("HS256"), 0),
            ("crv", json!("X25519"), 0),
            ("crv", json!("Ed448"), 0),
            ("x", json!("not base64!"), 0),
            ("kid", json!(7), 0),
            ("more", json!("things"), 1),
        ] {
            let mut key = good.clone();
            key[name] = value.clone();
            // What cannot be used stands in nobody's way.
            let odd = json!({"kty": "oct", "k": "c2VjcmV0", "kid": "1"});
            assert_eq!(count(&json!([odd, key, 7])), taken, "{name} {value}");
        }
        assert_eq!(count(&json!([{"kty": "EC", "crv": "P-384", "x": X, "y": X}])), 0);
        assert_eq!(count(&json!([])), 0);
    }

    #[test]
    fn a_document_has_bounds() {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": X});
        let many = json!({"keys": vec![key; MOST_KEYS + 1]}).to_string();
        assert!(read(many.as_bytes(), &[JwtAlgorithm::EdDsa]).is_err());
        assert!(read(many.as_bytes(), &[JwtAlgorithm::Rs256]).unwrap().is_empty());
        for body in ["", "[]", "{}", "<html>", "{\"keys\": {}}"] {
            assert!(read(body.as_bytes(), &[JwtAlgorithm::EdDsa]).is_err(), "{body}");
        }
    }
}
