//! How a customer's server signs a request for a session, in the manner of Standard Webhooks: HMAC-SHA256 over
//! `timestamp.body`, under the text of the embed signing key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::model::key_format::KeyText;
use crate::model::timestamp::{MINUTE, Timestamp};

/// How old a signature may be, and how far ahead the signer's clock, in milliseconds.
pub const TOLERANCE: i64 = 5 * MINUTE;

/// Whether one of the signatures in `header` (each `v1,` and base64, with spaces between them) is the key's over exactly this
/// body, at about this time. `timestamp` is what the request says: seconds since 1970.
pub fn is_good(key: &KeyText, timestamp: &str, header: &str, body: &[u8], now: Timestamp) -> bool {
    if !is_recent(timestamp, now) {
        return false;
    }
    // The body is gone through once, however many signatures there are: a header has room for thousands.
    mac(key, timestamp, body).is_some_and(|mac| {
        header
            .split_ascii_whitespace()
            .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok())
            .any(|signature| mac.clone().verify_slice(&signature).is_ok())
    })
}

/// The value of the header.
pub fn sign(key: &KeyText, timestamp: &str, body: &[u8]) -> String {
    let mac = mac(key, timestamp, body).map(|mac| STANDARD.encode(mac.finalize().into_bytes()));
    format!("v1,{}", mac.unwrap_or_default())
}

fn is_recent(timestamp: &str, now: Timestamp) -> bool {
    let digits = !timestamp.is_empty() && timestamp.len() <= 12 && timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = timestamp.parse::<i64>().ok().filter(|_| digits);
    seconds.is_some_and(|seconds| (now.millis() - seconds * 1_000).abs() <= TOLERANCE)
}

fn mac(key: &KeyText, timestamp: &str, body: &[u8]) -> Option<Hmac<Sha256>> {
    // Signing is what the key is for. HMAC takes one of any length.
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key.expose_secret().as_bytes()).ok()?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000)
    }

    fn key() -> KeyText {
        KeyText::presented("kh_embed_sk_example".to_owned())
    }

    /// `printf '1700000000.{}' | openssl dgst -sha256 -hmac kh_embed_sk_example -binary | base64`
    #[test]
    fn it_is_what_openssl_makes() {
        assert_eq!(
            sign(&key(), "1700000000", b"{}"),
            "v1,/ykemTarKVpAknYG1e/H1UyMSxnDHxqNkA4HLAEecnM="
        );
    }

    #[test]
    fn only_the_keys_signature_over_these_bytes_is_good() {
        let good = sign(&key(), "1700000000", b"{}");
        let is_good = |timestamp: &str, header: &str, body: &[u8]| is_good(&key(), timestamp, header, body, now());
        assert!(is_good("1700000000", &good, b"{}"));
        assert!(is_good("1700000000", &format!("v1,AAAA v2,x {good}"), b"{}"));
        let other = KeyText::presented("kh_embed_sk_other".to_owned());
        for (timestamp, header, body) in [
            ("1700000000", sign(&other, "1700000000", b"{}"), &b"{}"[..]),
            ("1700000000", good.clone(), b"{ }"),
            ("1700000001", good.clone(), b"{}"),
            ("1700000000", good.replace("v1,", ""), b"{}"),
            ("1700000000", good.replace("v1,", "v2,"), b"{}"),
            ("1700000000", format!("{}A", &good[..good.len() - 2]), b"{}"),
            ("1700000000", "v1,".to_owned(), b"{}"),
            ("1700000000", String::new(), b"{}"),
        ] {
            assert!(!is_good(timestamp, &header, body), "{timestamp} {header}");
        }
    }

    /// As many as a header has room for, over a body as large as one may be: this takes as long as one of them.
    #[test]
    fn thousands_of_wrong_signatures_are_no_work() {
        let body = vec![b' '; 64 * 1024];
        let good = sign(&key(), "1700000000", &body);
        let wrong = "v1,AA== ".repeat(16_000);
        assert!(!is_good(&key(), "1700000000", &wrong, &body, now()));
        assert!(is_good(&key(), "1700000000", &format!("{wrong}{good}"), &body, now()));
    }

    #[test]
    fn it_is_good_for_five_minutes_before_and_after() {
        for (timestamp, expected) in [
            ("1699999700", true),
            ("1699999699", false),
            ("1700000300", true),
            ("1700000301", false),
            ("0", false),
            ("", false),
            ("+1700000000", false),
            ("-1", false),
            ("1700000000.0", false),
            ("99999999999999999999", false),
        ] {
            let header = sign(&key(), timestamp, b"{}");
            assert_eq!(
                is_good(&key(), timestamp, &header, b"{}", now()),
                expected,
                "{timestamp}"
            );
        }
    }
}
