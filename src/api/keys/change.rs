//! `PATCH {base}/api-keys/{id}`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use utoipa::ToSchema;

use crate::api::body::{Body, Fields};
use crate::api::caller::KeyKeeper;
use crate::api::errors::Result;
use crate::api::keys::{KeyView, id_of};
use crate::domain::keys::Edit;
use crate::domain::{App, keys};
use crate::model::expiry;

/// What is to change; what is absent stays. For the documentation: [`read`] reads it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct KeyChange {
    #[schema(nullable = false)]
    name: Option<String>,
    /// All that the key may do, where its access is by scopes; other keys have none.
    #[schema(nullable = false)]
    scopes: Option<Vec<String>>,
    /// All the addresses and networks that the key may be used from. None: from anywhere.
    #[schema(nullable = false)]
    allowed_addresses: Option<Vec<String>>,
    /// In the future, as in RFC 3339; a date means the end of that day in UTC, `null` never.
    expires_at: Option<String>,
    /// `null` for none.
    #[schema(format = "uri")]
    webhook_url: Option<String>,
    /// `false` disables the key, `true` enables it again.
    #[schema(nullable = false)]
    enabled: Option<bool>,
    /// With `"enabled": false`: when the key works again by itself, in the future, as in RFC 3339; a date means the end of that day in
    /// UTC. Without it, or with `null`, the key stays disabled until somebody enables it.
    disabled_until: Option<String>,
}

/// Changes a key.
#[utoipa::path(
    patch,
    path = "/api-keys/{id}",
    operation_id = "changeKey",
    summary = "Change a key",
    params(("id" = String, Path, format = "uuid")),
    request_body = KeyChange,
    responses(
        (status = 200, description = "The key as it is now.", body = KeyView),
        (status = 409, description = "The key is revoked or compromised; or the key that asks was changed meanwhile; or a moment was sent \
            without disabling the key."),
    )
)]
pub async fn change(app: Data<App>, keeper: KeyKeeper, request: HttpRequest, body: Body) -> Result<HttpResponse> {
    let edit = read(body.read().await?)?;
    let key = keys::edit(&app, keeper.0.manage_keys()?, id_of(&request)?, edit).await?;
    Ok(HttpResponse::Ok().json(KeyView::of(&app, &key)))
}

fn read(mut fields: Fields) -> Result<Edit> {
    let edit = Edit {
        name: fields.text("name"),
        scopes: fields.texts("scopes"),
        allowed_addresses: fields.texts("allowed_addresses"),
        expiry: fields.nullable_text("expires_at").map(|date| match date {
            Some(date) => (expiry::EXACTLY.to_owned(), date),
            None => ("never".to_owned(), String::new()),
        }),
        webhook_url: fields.url("webhook_url").map(Option::unwrap_or_default),
        enabled: fields.boolean("enabled"),
        disabled_until: fields.nullable_text("disabled_until").flatten(),
        seen: None,
    };
    fields.finish()?;
    Ok(edit)
}
