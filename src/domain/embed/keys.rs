//! The two keys of embed mode: minting them, and the signing key's seal.

use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::ids::OwnerId;
use crate::model::key_format::{KeyFormat, KeyText};
use crate::random::Generator;

/// What signing keys are sealed under.
const PURPOSE: &str = "embed-signing-key";

pub(super) fn mint(app: &App, format: &KeyFormat) -> KeyText {
    format.mint(&mut Generator(&*app.random))
}

/// Seals a signing key for the database: bound to whom it belongs to, so that rows cannot be swapped.
pub(super) fn seal_for(app: &App, owner: OwnerId, key: &KeyText) -> Result<Vec<u8>> {
    // Sealing is what the text is for.
    let text = key.expose_secret().as_bytes();
    Ok(seal::seal(
        &app.master_key.derive(PURPOSE),
        &*app.random,
        owner.0.as_bytes(),
        text,
    )?)
}

/// The signing key, for one signature.
pub(super) fn unseal(app: &App, owner: OwnerId, sealed: &[u8]) -> Result<KeyText> {
    let plain = seal::open(&app.master_key.derive(PURPOSE), owner.0.as_bytes(), sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|error| AppError::Internal(error.into()))?;
    Ok(KeyText::presented(text.to_owned()))
}
