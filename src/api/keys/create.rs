//! `POST {base}/api-keys`.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::{Body, Fields};
use crate::api::caller::KeyKeeper;
use crate::api::errors::Result;
use crate::api::keys::KeyView;
use crate::domain::keys::NewKeyInput;
use crate::domain::{App, keys};
use crate::error::AppError;
use crate::model::expiry;

/// A key to be made. For the documentation: [`read`] reads it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct KeyToMake {
    name: String,
    /// May be left out where only one type can be meant.
    r#type: Option<String>,
    /// Without it: the first environment of the type.
    environment: Option<String>,
    /// What the key may do.
    #[schema(nullable = false)]
    scopes: Option<Vec<String>>,
    /// The addresses and networks, of IPv4 and IPv6, that the key may be used from: `203.0.113.7`, `2001:db8::/32`. None: from
    /// anywhere.
    #[schema(nullable = false)]
    allowed_addresses: Option<Vec<String>>,
    /// In the future, as in RFC 3339; a date means the end of that day in UTC, `null` never.
    expires_at: Option<String>,
    /// `null` for none.
    #[schema(format = "uri")]
    webhook_url: Option<String>,
}

/// A key, and its text: the only time it is told.
#[derive(Serialize, ToSchema)]
pub struct KeyMade {
    #[serde(flatten)]
    view: KeyView,
    /// The key itself. Store it now: it is never shown again.
    key: String,
}

/// Makes a key that can do no more than the one that asks.
#[utoipa::path(
    post,
    path = "/api-keys",
    operation_id = "createKey",
    summary = "Create a key",
    request_body = KeyToMake,
    responses(
        (status = 201, description = "The key, with its text.", body = KeyMade,
            headers(("Location" = String, description = "Where the key is."))),
        (status = 409, description = "The plan has no place left for such a key; or the key that asks was changed meanwhile."),
    )
)]
pub async fn create(app: Data<App>, keeper: KeyKeeper, body: Body) -> Result<HttpResponse> {
    let input = read(&app, body.read().await?)?;
    let proof = keeper.0.manage_keys()?;
    let issued = keys::issue(&app, proof, input.check_strictly(&app, proof)?).await?;
    let location = format!("{}/api-keys/{}", app.profile.api.base_path, issued.key.id);
    let made = KeyMade {
        view: KeyView::of(&app, &issued.key),
        key: issued.text.expose_secret().to_owned(),
    };
    Ok(HttpResponse::Created().insert_header((LOCATION, location)).json(made))
}

fn read(app: &App, mut fields: Fields) -> Result<NewKeyInput> {
    let name = fields.text("name").unwrap_or_default();
    let type_id = fields.nullable_text("type").flatten();
    let environment = fields.nullable_text("environment").flatten();
    if environment.as_deref() == Some("") {
        fields.refuse::<()>(
            "environment",
            "Send the name of an environment, or leave the field out.",
        );
    }
    let scopes = fields.texts("scopes").unwrap_or_default();
    let allowed_addresses = fields.texts("allowed_addresses").unwrap_or_default();
    let expires_at = fields.nullable_text("expires_at").flatten();
    let webhook_url = fields.url("webhook_url").flatten().unwrap_or_default();
    fields.finish()?;
    let type_id = match type_id {
        Some(type_id) => type_id,
        None => keys::input::unnamed_type(&app.profile, !scopes.is_empty())
            .map_err(|message| AppError::invalid("type", message))?
            .id
            .clone(),
    };
    Ok(NewKeyInput {
        name,
        type_id,
        environment: environment.unwrap_or_default(),
        scopes,
        allowed_addresses,
        expiry: if expires_at.is_some() { expiry::EXACTLY } else { "never" }.to_owned(),
        expires_at: expires_at.unwrap_or_default(),
        webhook_url,
    })
}
