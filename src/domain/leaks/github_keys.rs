//! What GitHub signs its reports with: the keys that it publishes.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use serde::Deserialize;
use tokio::sync::{Semaphore, SemaphorePermit};
use url::Url;

use crate::clock::Clock;
use crate::domain::published::Published;
use crate::domain::webhooks::courier::Courier;
use crate::error::{AppError, Result};

/// How long GitHub is left alone: it lets an address that names no account ask sixty times an hour.
const PAUSE: Duration = Duration::from_secs(90);

/// There are two, while one follows the other.
const MOST_KEYS: usize = 50;

/// How many large messages are read at once. What GitHub calls its keys is no secret, so anybody can begin one.
const LARGE_AT_ONCE: usize = 4;

/// When whoever found no room for a large message may try again.
const ROOM_AFTER_SECONDS: u64 = 10;

/// The longest signature, in bytes: two numbers of 33 bytes, each with its kind and length, in a sequence (DER).
const LONGEST_SIGNATURE: usize = 72;

/// The keys that GitHub signs with.
#[derive(Debug)]
pub struct GithubKeys {
    published: Arc<Published<KnownKey>>,
    large: Semaphore,
}

/// One of them.
#[derive(Debug)]
struct KnownKey {
    identifier: String,
    key: PublicKey,
}

/// A public key of GitHub's.
#[derive(Clone, Debug)]
pub struct PublicKey(Vec<u8>);

#[derive(Deserialize)]
struct Document {
    public_keys: Vec<PublishedKey>,
}

#[derive(Deserialize)]
struct PublishedKey {
    key_identifier: String,
    /// PEM.
    key: String,
}

impl GithubKeys {
    /// Keys from an address of the operator's choice. `loopback_http` is for development: they may then come from this machine
    /// without encryption.
    pub fn new(address: &str, loopback_http: impl Fn(&Url) -> bool) -> anyhow::Result<Self> {
        let url = Url::parse(address).with_context(|| format!("[leaks.github] keys_url is “{address}”"))?;
        if url.scheme() != "https" && !loopback_http(&url) {
            bail!(
                "[leaks.github] keys_url is “{address}”: anybody who can change the keys in transit can report as GitHub; use https (http \
                 only from this machine, and only in development)"
            );
        }
        Ok(Self {
            published: Arc::new(Published::new("GitHub", url, PAUSE, read)),
            large: Semaphore::new(LARGE_AT_ONCE),
        })
    }

    /// The key that GitHub calls by this identifier; nothing, when it has no such key.
    pub(super) async fn find(
        &self,
        courier: &Courier,
        clock: &dyn Clock,
        identifier: &str,
    ) -> Result<Option<PublicKey>> {
        let is_meant = |known: &KnownKey| (known.identifier == identifier).then(|| known.key.clone());
        Ok(self.published.find(courier, clock, is_meant).await?.pop())
    }

    /// Room for a large message, while the answer is kept.
    pub(super) fn room(&self) -> Result<SemaphorePermit<'_>> {
        self.large.try_acquire().map_err(|_| AppError::Unavailable {
            retry_after_seconds: ROOM_AFTER_SECONDS,
        })
    }
}

impl PublicKey {
    /// Whether this key has signed exactly these bytes; the signature is DER in base64.
    pub fn has_signed(&self, body: &[u8], signature: &str) -> bool {
        let Some(signature) = signature_of(signature) else {
            return false;
        };
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.0);
        key.verify(body, &signature).is_ok()
    }
}

/// The bytes of what can be a signature.
pub(super) fn signature_of(text: &str) -> Option<Vec<u8>> {
    let signature = STANDARD.decode(text.trim()).ok()?;
    (!signature.is_empty() && signature.len() <= LONGEST_SIGNATURE).then_some(signature)
}

/// The keys of a document.
fn read(body: &[u8]) -> anyhow::Result<Vec<KnownKey>> {
    let document: Document = serde_json::from_slice(body).context("it is no list of public keys")?;
    let keys = document.public_keys;
    ensure!(
        keys.len() <= MOST_KEYS,
        "it has {} keys, {MOST_KEYS} is the most",
        keys.len()
    );
    // One that cannot be used here stands in nobody's way.
    let known = keys.into_iter().filter_map(|published| {
        Some(KnownKey {
            key: point(&published.key).map(PublicKey)?,
            identifier: published.key_identifier,
        })
    });
    Ok(known.collect())
}

/// The point of a public key for ECDSA on P-256 that is written as PEM (RFC 5480, uncompressed).
fn point(pem: &str) -> Option<Vec<u8>> {
    let (_, rest) = pem.split_once("-----BEGIN PUBLIC KEY-----")?;
    let (inner, _) = rest.split_once("-----END PUBLIC KEY-----")?;
    let text: String = inner.split_whitespace().collect();
    let der = STANDARD.decode(text).ok()?;
    let point = der.strip_prefix(&HEAD)?;
    (point.len() == 65 && point.starts_with(&[4])).then(|| point.to_vec())
}

/// What such a key begins with: that it is one for ECDSA, on P-256, and 65 bytes long.
const HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
    0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in GitHub's documentation, and the test key that signed it.
    const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsz9ugWDj5jK5ELBK42ynytbo38gP\n\
                       HzZFI03Exwz8Lh/tCfL3YxwMdLjB+bMznsanlhK0RwcGP3IDb34kQDIo3Q==\n-----END PUBLIC KEY-----\n";
    const BODY: &str = r#"[{"token":"some_token","type":"some_type","url":"some_url","source":"some_source"}]"#;
    const SIGNATURE: &str =
        "MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=";
    /// The one that is published today, with a number in its signature that is shorter than others.
    const TODAYS: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYAGMWO8XgCamYKMJS6jc/qgvSlAd\n\
                          AjPuDPRcXU22YxgBrz+zoN19MzuRyW87qEt9/AmtoNP5GrobzUvQSyJFVw==\n-----END PUBLIC KEY-----\n";
    const TODAYS_BODY: &str =
        r#"[{"source":"commit","token":"some_token","type":"some_type","url":"https://example.com/base-repo-url/"}]"#;
    const TODAYS_SIGNATURE: &str =
        "MEQCIQDaMKqrGnE27S0kgMrEK0eYBmyG0LeZismAEz/BgZyt7AIfXt9fErtRS4XaeSt/AO1RtBY66YcAdjxji410VQV4xg==";

    #[test]
    fn what_github_signed_is_taken_and_nothing_else() {
        let key = PublicKey(point(KEY).unwrap());
        let todays = PublicKey(point(TODAYS).unwrap());
        assert!(key.has_signed(BODY.as_bytes(), SIGNATURE));
        assert!(todays.has_signed(TODAYS_BODY.as_bytes(), TODAYS_SIGNATURE));
        let changed = BODY.replace("some_token", "same_token");
        for (key, body, signature) in [
            (&key, &*changed, SIGNATURE),
            (&key, "", SIGNATURE),
            (&todays, BODY, SIGNATURE),
            (&key, BODY, TODAYS_SIGNATURE),
            (&key, BODY, ""),
            (&key, BODY, "not base64!"),
            (&key, BODY, &SIGNATURE[..80]),
        ] {
            assert!(!key.has_signed(body.as_bytes(), signature), "{signature}");
        }
    }

    #[test]
    fn keys_are_read_and_what_is_none_is_left_out() {
        let published = serde_json::json!({"public_keys": [
            {"key_identifier": "1", "key": KEY, "is_current": false},
            {"key_identifier": "2", "key": TODAYS.replace('\n', "\r\n"), "is_current": true},
            {"key_identifier": "3", "key": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"},
            {"key_identifier": "4", "key": ""},
        ]});
        let known = read(published.to_string().as_bytes()).unwrap();
        let identifiers: Vec<&str> = known.iter().map(|known| &*known.identifier).collect();
        assert_eq!(identifiers, ["1", "2"]);
        let many = serde_json::json!({"public_keys": vec![published["public_keys"][0].clone(); MOST_KEYS + 1]});
        for wrong in ["", "[]", "{}", "<html>", &many.to_string()] {
            assert!(read(wrong.as_bytes()).is_err());
        }
    }
}
