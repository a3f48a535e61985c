//! Tokens (JWT, RFC 7519) of the operator's identity provider, taken where a key is taken if the profile has `[jwt]`.
//!
//! A token is verified anew for each request, and the database is asked anew which workspace it names: nothing is
//! remembered that could be stale. What decides is the profile (algorithm, issuer, audience) and the key's own type; of a
//! token's header only `alg`, `typ`, `crit` and `kid` are read, and none of them leads to a key that is not known already.

mod ask;
mod claims;
mod jwks;
mod key_set;
mod signatures;

pub(super) use ask::ask;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{DecodingKey, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::Url;

use crate::clock::Clock;
use crate::domain::webhooks::courier::Courier;
use crate::error::Result;
use crate::model::token_fault::TokenFault;
use crate::profile::{Jwt, JwtAlgorithm, JwtKeys};
use claims::Bearer;
use key_set::KeySet;

/// A longer text is no token: proxies refuse such headers, too.
const LONGEST: usize = 16 * 1024;

/// What HMAC with SHA-256 asks for at the least (RFC 7518, section 3.2).
const SHORTEST_SECRET: usize = 32;

/// What tokens are verified with.
#[derive(Debug)]
pub struct Tokens {
    jwt: Jwt,
    keys: Keys,
}

#[derive(Debug)]
enum Keys {
    Shared(DecodingKey),
    Set(KeySet),
}

impl Tokens {
    /// What the profile says, with the secret from the environment. `loopback_http` is for development: a JWKS may then come
    /// from this machine without encryption.
    pub fn new(
        jwt: &Jwt,
        environment: impl Fn(&str) -> Option<SecretString>,
        loopback_http: impl Fn(&Url) -> bool,
    ) -> anyhow::Result<Self> {
        signatures::install();
        let keys = match &jwt.keys {
            JwtKeys::SecretVariable(name) => {
                let secret = environment(name).with_context(|| {
                    format!("the profile has [jwt], so the environment variable {name} must hold the shared secret")
                })?;
                // The bytes of the text, as the issuer uses them: it is not base64, even where it looks like that.
                let secret = secret.expose_secret().as_bytes();
                if secret.len() < SHORTEST_SECRET {
                    bail!(
                        "the secret in {name} is too short to sign tokens with: it has {} bytes, {SHORTEST_SECRET} is the least",
                        secret.len()
                    );
                }
                Keys::Shared(DecodingKey::from_secret(secret))
            }
            JwtKeys::Jwks(address) => {
                let address = Url::parse(address).with_context(|| format!("[jwt] jwks_url is “{address}”"))?;
                if address.scheme() != "https" && !loopback_http(&address) {
                    bail!(
                        "[jwt] jwks_url is “{address}”: anybody who can change the keys in transit can make tokens; use https (http only \
                         from this machine, and only in development)"
                    );
                }
                Keys::Set(KeySet::new(address, jwt.algorithms.clone()))
            }
        };
        Ok(Self { jwt: jwt.clone(), keys })
    }

    /// Whether a text that is no key looks like a token.
    pub fn are_like(text: &str) -> bool {
        let fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let parts = || text.split('.');
        // The signature may be empty: then it is refused as what it is.
        text.len() <= LONGEST
            && text.bytes().all(fine)
            && parts().count() == 3
            && parts().take(2).all(|part| !part.is_empty())
    }

    /// Whom a token speaks for, or what is wrong with it. An error means that nobody can say: the provider's keys are out of
    /// reach, and have never been known.
    async fn read(
        &self,
        courier: &Courier,
        text: &str,
        clock: &dyn Clock,
    ) -> Result<std::result::Result<Bearer, TokenFault>> {
        let (algorithm, kid) = match self.head(text) {
            Ok(head) => head,
            Err(fault) => return Ok(Err(fault)),
        };
        let verified = match &self.keys {
            Keys::Shared(key) => verified(text, algorithm, key),
            Keys::Set(set) => {
                let keys = set.find(courier, kid.as_deref(), algorithm, clock).await?;
                let tried = keys.iter().map(|key| verified(text, algorithm, key));
                first_good(tried)
            }
        };
        Ok(verified.and_then(|claims| claims::read(&self.jwt, &claims, clock.now())))
    }

    /// The algorithm, if it is one of the profile's, and the key's name.
    fn head(&self, text: &str) -> std::result::Result<(JwtAlgorithm, Option<String>), TokenFault> {
        let head = text.split('.').next().unwrap_or_default();
        let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| TokenFault::Malformed)?;
        let head: Map<String, Value> = serde_json::from_slice(&head).map_err(|_| TokenFault::Malformed)?;
        let named = head.get("alg").and_then(Value::as_str).ok_or(TokenFault::Malformed)?;
        let algorithm = JwtAlgorithm::NAMED.iter().find(|(name, _)| *name == named);
        let algorithm = algorithm
            .map(|(_, algorithm)| *algorithm)
            .ok_or(TokenFault::Algorithm)?;
        if !self.jwt.algorithms.contains(&algorithm) {
            return Err(TokenFault::Algorithm);
        }
        if head.contains_key("crit") {
            return Err(TokenFault::Critical);
        }
        // RFC 8725, section 3.11: the same keys sign other things, too, such as logout tokens.
        let opens_an_api = |typ: &Value| {
            let typ = typ.as_str().unwrap_or_default().to_ascii_lowercase();
            matches!(typ.strip_prefix("application/").unwrap_or(&typ), "jwt" | "at+jwt")
        };
        if head.get("typ").is_some_and(|typ| !opens_an_api(typ)) {
            return Err(TokenFault::Type);
        }
        match head.get("kid") {
            None => Ok((algorithm, None)),
            Some(Value::String(kid)) => Ok((algorithm, Some(kid.clone()))),
            Some(_) => Err(TokenFault::Malformed),
        }
    }
}

/// The claims of a token, if this key has signed it by this algorithm. Times, issuer and audience are ours to check: the
/// library would ask the machine's clock.
fn verified(text: &str, algorithm: JwtAlgorithm, key: &DecodingKey) -> std::result::Result<Value, TokenFault> {
    let mut validation = Validation::new(signatures::algorithm(algorithm));
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let token = jsonwebtoken::decode::<Value>(text, key, &validation).map_err(|error| fault(error.kind()))?;
    Ok(token.claims)
}

fn first_good(
    tried: impl Iterator<Item = std::result::Result<Value, TokenFault>>,
) -> std::result::Result<Value, TokenFault> {
    let mut last = Err(TokenFault::UnknownKey);
    for result in tried {
        if result.is_ok() {
            return result;
        }
        last = result;
    }
    last
}

fn fault(kind: &ErrorKind) -> TokenFault {
    match kind {
        ErrorKind::InvalidSignature => TokenFault::Signature,
        ErrorKind::InvalidAlgorithm | ErrorKind::UnsupportedAlgorithm => TokenFault::Algorithm,
        _ => TokenFault::Malformed,
    }
}

#[cfg(test)]
mod tests;
