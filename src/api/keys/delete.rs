//! `DELETE {base}/api-keys/{id}`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::api::caller::KeyKeeper;
use crate::api::errors::Result;
use crate::api::keys::id_of;
use crate::domain::{App, keys};

/// Revokes a key, for ever and from the next request on. Doing it twice changes nothing.
#[utoipa::path(
    delete,
    path = "/api-keys/{id}",
    operation_id = "revokeKey",
    summary = "Revoke a key",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "The key is revoked."))
)]
pub async fn revoke(app: Data<App>, keeper: KeyKeeper, request: HttpRequest) -> Result<HttpResponse> {
    keys::revoke(&app, keeper.0.manage_keys()?, id_of(&request)?).await?;
    Ok(HttpResponse::NoContent().finish())
}
