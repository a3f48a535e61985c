//! The keys of the identity provider, from the address that the profile names.

use std::sync::Arc;
use std::time::Duration;

use jsonwebtoken::DecodingKey;
use url::Url;

use super::jwks::{self, KnownKey};
use crate::clock::Clock;
use crate::domain::published::Published;
use crate::domain::webhooks::courier::Courier;
use crate::error::Result;
use crate::profile::JwtAlgorithm;

/// How long the provider is left alone.
const PAUSE: Duration = Duration::from_secs(10);

#[derive(Debug)]
pub(super) struct KeySet(Arc<Published<KnownKey>>);

impl KeySet {
    pub(super) fn new(address: Url, algorithms: Vec<JwtAlgorithm>) -> Self {
        let read = move |body: &[u8]| jwks::read(body, &algorithms);
        Self(Arc::new(Published::new("the identity provider", address, PAUSE, read)))
    }

    /// The keys that a token with this header may be signed with; none, when the provider has no such key.
    pub(super) async fn find(
        &self,
        courier: &Courier,
        kid: Option<&str>,
        algorithm: JwtAlgorithm,
        clock: &dyn Clock,
    ) -> Result<Vec<DecodingKey>> {
        // A token that names no key may be from any.
        let is_meant =
            |key: &KnownKey| key.algorithm == algorithm && kid.is_none_or(|kid| key.kid.as_deref() == Some(kid));
        let fits = |key: &KnownKey| is_meant(key).then(|| key.key.clone());
        self.0.find(courier, clock, fits).await
    }
}
