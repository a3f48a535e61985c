//! `DELETE {base}/api-keys/{id}`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::api::caller::KeyKeeper;
use crate::api::errors::Result;
use crate::api::keys::id_of;
use crate::domain::{App, keys};

/// Revokes a key, forever and from the next request on. Where the profile offers deletion, it is gone from every list too.
#[utoipa::path(
    delete,
    path = "/api-keys/{id}",
    operation_id = "revokeKey",
    summary = "Revoke a key",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (status = 204, description = "The key is revoked, or deleted."),
        (status = 409, description = "The key that asks was changed meanwhile."),
    )
)]
pub async fn revoke(app: Data<App>, keeper: KeyKeeper, request: HttpRequest) -> Result<HttpResponse> {
    let (proof, id) = (keeper.0.manage_keys()?, id_of(&request)?);
    if app.profile.api.deletion {
        keys::delete(&app, proof, id).await?;
    } else {
        keys::revoke(&app, proof, id).await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
