//! Keys, managed by keys: each over its own ring, never with more power than the key that asks.

pub mod change;
pub mod create;
pub mod delete;
pub mod list;
pub mod show;

use actix_web::HttpRequest;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::App;
use crate::error::AppError;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};
use crate::model::timestamp::Timestamp;

/// A key: everything but its text and its signing secret, which are in no answer but the one that creates it (the text) or in
/// none at all (the secret).
#[derive(Serialize, ToSchema)]
pub struct KeyView {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    r#type: String,
    /// `live` or `test`.
    environment: &'static str,
    /// How the key is shown: its beginning, and a sign that there is more.
    key_prefix: String,
    scopes: Vec<String>,
    /// The addresses and networks that it may be used from; none: from anywhere.
    allowed_addresses: Vec<String>,
    /// Whether its state is `active`.
    enabled: bool,
    /// `active`, `disabled`, `compromised` or `revoked`.
    state: &'static str,
    /// When a disabled key works again by itself; `null`: when somebody enables it.
    #[schema(value_type = Option<String>, format = "date-time")]
    disabled_until: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = "date-time")]
    expires_at: Option<Timestamp>,
    webhook_url: Option<String>,
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    last_used_at: Option<Timestamp>,
}

impl KeyView {
    /// As it is now.
    pub fn of(app: &App, key: &Key) -> Self {
        let key_type = app.profile.key_type(&key.type_id);
        let format = key_type.and_then(|key_type| key_type.format(key.environment));
        let key_prefix = format.map_or_else(
            || key.display_prefix.clone(),
            |format| format.shown(&key.display_prefix),
        );
        let state = key.state_at(app.now());
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            r#type: key.type_id.clone(),
            environment: key.environment.as_str(),
            key_prefix,
            scopes: key.scopes.clone(),
            allowed_addresses: key.allowed_addresses.texts(),
            enabled: state == KeyState::Active,
            state: state.as_str(),
            disabled_until: key.disabled_until.filter(|_| state == KeyState::Disabled),
            expires_at: key.expires_at,
            webhook_url: key.webhook_url.clone(),
            created_at: key.created_at,
            last_used_at: key.last_use.as_ref().map(|last| last.at),
        }
    }
}

/// The `{id}` of the path; what is no id is not found, like an id that is nobody's.
fn id_of(request: &HttpRequest) -> Result<KeyId, AppError> {
    request.match_info().query("id").parse().map_err(|_| AppError::NotFound)
}
