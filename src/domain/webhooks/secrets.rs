//! The secrets that sign: unsealed for one signature each, and gone again.

use uuid::Uuid;

use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::signing_secret::SigningSecret;
use crate::model::timestamp::Timestamp;
use crate::model::webhook::signature;
use crate::store::signing_secrets::SealedSecrets;

/// What signing secrets are sealed under.
const PURPOSE: &str = "signing-secret";

/// Seals a secret for the database: bound to the key, or the endpoint, that it belongs to, so that rows cannot be swapped.
pub fn seal(app: &App, owner: Uuid, secret: &SigningSecret) -> Result<Vec<u8>> {
    let key = app.master_key.derive(PURPOSE);
    // Sealing is what the text is for.
    let text = secret.expose_secret().as_bytes();
    Ok(seal::seal(&key, &*app.random, owner.as_bytes(), text)?)
}

/// The header `webhook-signature`: by the current secret, and by the one before it while that counts. Nothing when there is no
/// secret.
pub(super) fn signatures(
    app: &App,
    owner: Uuid,
    secrets: &SealedSecrets,
    id: &str,
    now: Timestamp,
    body: &[u8],
) -> Result<Option<String>> {
    let Some(current) = &secrets.current else {
        return Ok(None);
    };
    let mut header = signature::sign(&open(app, owner, current)?, id, now, body);
    if let Some((previous, until)) = &secrets.previous
        && *until > now
    {
        header.push(' ');
        header.push_str(&signature::sign(&open(app, owner, previous)?, id, now, body));
    }
    Ok(Some(header))
}

fn open(app: &App, owner: Uuid, sealed: &[u8]) -> Result<SigningSecret> {
    let plain = seal::open(&app.master_key.derive(PURPOSE), owner.as_bytes(), sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|error| AppError::Internal(error.into()))?;
    Ok(SigningSecret::from_text(text.to_owned()))
}
