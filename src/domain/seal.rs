//! Sealing what must be readable again, under a key that is not in the database (AES-256-GCM, NIST SP 800-38D), and
//! the digests and tokens that everything else is made of.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretBox, SecretString};
use sha2::{Digest, Sha256};

use crate::random::{self, Random};

/// The operator's master key: 32 bytes from a setting or a file of mode 0600. It is only ever used to derive others.
pub struct MasterKey(SecretBox<[u8; 32]>);

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// A key for one purpose.
pub type SealingKey = zeroize::Zeroizing<[u8; 32]>;

const NONCE_BYTES: usize = 12;

impl MasterKey {
    /// A master key from its bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(SecretBox::new(Box::new(bytes)))
    }

    /// The key for one purpose. Keys for different purposes tell nothing of each other.
    pub fn derive(&self, purpose: &str) -> SealingKey {
        mac(self.0.expose_secret(), &[b"keyhatch/v1/", purpose.as_bytes()])
    }
}

/// HMAC-SHA-256 (RFC 2104) over the parts, each preceded by its length so that no two lists of parts look alike.
pub fn mac(key: &[u8; 32], parts: &[&[u8]]) -> SealingKey {
    // HMAC takes a key of any length: this cannot fail.
    let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(key) else {
        return SealingKey::default();
    };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    zeroize::Zeroizing::new(mac.finalize().into_bytes().into())
}

/// Encrypts `plain` under `key`; `about` is bound to it and must be the same to open it.
pub fn seal(key: &SealingKey, random: &dyn Random, about: &[u8], plain: &[u8]) -> anyhow::Result<Vec<u8>> {
    let nonce: [u8; NONCE_BYTES] = random::bytes(random);
    let cipher = Aes256Gcm::new_from_slice(key.as_slice()).map_err(|_| anyhow::anyhow!("a key of the wrong length"))?;
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: about })
        .map_err(|_| anyhow::anyhow!("sealing failed"))?;
    Ok([nonce.as_slice(), &sealed].concat())
}

/// Opens what [`seal`] made; an error when the key is another, or anything was changed.
pub fn open(key: &SealingKey, about: &[u8], sealed: &[u8]) -> anyhow::Result<zeroize::Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = sealed
        .split_at_checked(NONCE_BYTES)
        .ok_or_else(|| anyhow::anyhow!("too short to be sealed"))?;
    let nonce: [u8; NONCE_BYTES] = nonce.try_into()?;
    let cipher = Aes256Gcm::new_from_slice(key.as_slice()).map_err(|_| anyhow::anyhow!("a key of the wrong length"))?;
    let plain = cipher
        .decrypt(
            &Nonce::from(nonce),
            Payload {
                msg: sealed,
                aad: about,
            },
        )
        .map_err(|_| {
            anyhow::anyhow!("what was sealed does not open: the master key is not the one it was sealed with")
        })?;
    Ok(zeroize::Zeroizing::new(plain))
}

/// SHA-256: all that is kept of anything random enough to be looked up by it.
pub fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

/// 32 random bytes as 43 characters that fit a URL, a cookie or a form.
pub fn token(random: &dyn Random) -> SecretString {
    SecretString::from(URL_SAFE_NO_PAD.encode(random::bytes::<32>(random)))
}

/// Bytes as text that fits a URL, a cookie or a form.
pub fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What [`encode`] made.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn what_is_sealed_opens_only_with_its_key_and_its_purpose() {
        let master = MasterKey::new([7; 32]);
        let key = master.derive("signing-secret");
        let sealed = seal(&key, &SystemRandom, b"key 1", b"whsec_x").unwrap();
        assert_eq!(open(&key, b"key 1", &sealed).unwrap().as_slice(), b"whsec_x");
        assert!(open(&key, b"key 2", &sealed).is_err());
        assert!(open(&master.derive("other"), b"key 1", &sealed).is_err());
        assert!(open(&MasterKey::new([8; 32]).derive("signing-secret"), b"key 1", &sealed).is_err());
        let mut changed = sealed.clone();
        changed[20] ^= 1;
        assert!(open(&key, b"key 1", &changed).is_err());
        assert!(open(&key, b"key 1", &sealed[..5]).is_err());
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(mac(&[1; 32], &[b"ab", b"c"]), mac(&[1; 32], &[b"a", b"bc"]));
    }
}
