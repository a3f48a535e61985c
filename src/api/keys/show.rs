//! `GET {base}/api-keys/{id}`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::api::caller::KeyKeeper;
use crate::api::errors::Result;
use crate::api::keys::{KeyView, id_of};
use crate::domain::{App, keys};

/// Shows a key.
#[utoipa::path(
    get,
    path = "/api-keys/{id}",
    operation_id = "showKey",
    summary = "Show a key",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, description = "The key.", body = KeyView))
)]
pub async fn show(app: Data<App>, keeper: KeyKeeper, request: HttpRequest) -> Result<HttpResponse> {
    let key = keys::find(&app, keeper.0.read_keys(), id_of(&request)?).await?;
    Ok(HttpResponse::Ok().json(KeyView::of(&app, &key)))
}
