//! Sessions: a token that says all about itself, under a seal of ours (HMAC-SHA256, by a key that only the master key gives). It is
//! kept nowhere; whether it still counts is asked of what it names ([`super::verify`]).

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::embed::{Partner, SessionKind};
use crate::model::ids::KeyId;
use crate::model::key_format::KeyText;
use crate::model::timestamp::{MINUTE, Timestamp};
use crate::profile::Environment;

/// What every token begins with.
pub const PREFIX: &str = "khe_";

/// How long a subject may be, in characters.
pub const LONGEST_SUBJECT: usize = 200;

/// What tokens are sealed under.
const PURPOSE: &str = "embed-session";

/// What a session is asked to be.
#[derive(Clone, Debug)]
pub struct NewSession {
    pub kind: SessionKind,
    pub environment: Environment,
    /// The key that the request came with.
    pub key: KeyId,
    /// Whom it is for, in the words of who mints it.
    pub subject: Option<String>,
    /// The only origin whose pages may use it.
    pub origin: Option<String>,
}

/// What a token says.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Claims {
    pub(super) kind: String,
    pub(super) owner: Uuid,
    pub(super) publishable_key: String,
    pub(super) generation: i64,
    pub(super) environment: String,
    pub(super) key: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) origin: Option<String>,
    /// Milliseconds since 1970.
    pub(super) expires_at: i64,
}

/// A fresh token, and when it ends.
pub fn mint(app: &App, partner: &Partner, new: &NewSession) -> Result<(KeyText, Timestamp)> {
    let minutes = super::part(app)?.session_minutes;
    let expires_at = app.now().plus(i64::from(minutes) * MINUTE);
    let claims = Claims {
        kind: new.kind.as_str().to_owned(),
        owner: partner.owner_id.0,
        publishable_key: partner.publishable_key.clone().unwrap_or_default(),
        generation: partner.generation,
        environment: new.environment.to_string(),
        key: new.key.0,
        subject: new.subject.clone(),
        origin: new.origin.clone(),
        expires_at: expires_at.millis(),
    };
    let content = serde_json::to_vec(&claims).map_err(|error| AppError::Internal(error.into()))?;
    let text = format!(
        "{PREFIX}{}.{}",
        seal::encode(&content),
        seal::encode(&*sealed(app, &content))
    );
    Ok((KeyText::presented(text), expires_at))
}

/// What a token says, if it is one of ours.
pub(super) fn read(app: &App, token: &KeyText) -> Option<Claims> {
    // Reading is what it is presented for.
    let (content, presented) = token.expose_secret().strip_prefix(PREFIX)?.split_once('.')?;
    let (content, presented) = (seal::decode(content)?, seal::decode(presented)?);
    let is_ours = bool::from(sealed(app, &content).as_slice().ct_eq(&presented));
    is_ours.then(|| serde_json::from_slice(&content).ok()).flatten()
}

fn sealed(app: &App, content: &[u8]) -> seal::SealingKey {
    seal::mac(&app.master_key.derive(PURPOSE), &[content])
}
