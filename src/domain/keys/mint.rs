//! Minting: the text of a key and its signing secret come into being here, and go at once into a digest and a seal.

use zeroize::Zeroizing;

use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::ids::KeyId;
use crate::model::key_format::KeyText;
use crate::model::signing_secret::SigningSecret;
use crate::profile::{Environment, KeyType};
use crate::random::Generator;

/// Everything that is fresh about a new key.
pub(super) struct Minted {
    pub(super) id: KeyId,
    pub(super) text: KeyText,
    pub(super) digest: [u8; 32],
    pub(super) display_prefix: String,
    pub(super) signing_secret: Option<SigningSecret>,
}

/// Mints a key of a type, for an environment that the type has.
pub(super) fn mint(app: &App, key_type: &KeyType, environment: Environment) -> Result<Minted> {
    let format = key_type
        .format(environment)
        .ok_or_else(|| AppError::Internal(anyhow::anyhow!("key type {} has no {environment} format", key_type.id)))?;
    let text = format.mint(&mut Generator(&*app.random));
    Ok(Minted {
        id: KeyId(app.new_id()),
        digest: seal::digest(text.expose_secret()),
        display_prefix: format.display_prefix(text.expose_secret()),
        signing_secret: key_type.signing_secret.then(|| mint_signing_secret(app)),
        text,
    })
}

/// A fresh signing secret.
pub(in crate::domain) fn mint_signing_secret(app: &App) -> SigningSecret {
    let mut bytes = Zeroizing::new([0; crate::model::signing_secret::SECRET_BYTES]);
    app.random.fill(bytes.as_mut_slice());
    SigningSecret::from_random(&bytes)
}
