//! `/gateway/envoy/…`, for Envoy's `ext_authz` over HTTP: the request to judge is the one that comes, with a prefix before its
//! path and without its body. A refusal is what the client should see.

use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::judge;
use crate::api::caller::question;
use crate::api::credentials::Room;
use crate::api::errors::Result;
use crate::domain::App;
use crate::domain::verify::Question;
use crate::error::AppError;

/// Its address, and every one below it.
pub const ADDRESS: &str = "/gateway/envoy/{path:.*}";

/// What stands before the path of the request.
const PREFIX: &str = "/gateway/envoy";

/// The methods that it judges; a request with another is refused as not allowed.
pub const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// Judges the request that a proxy holds. It answers with the true status and body: a refusal is what the client should see.
#[utoipa::path(
    method(get, head, post, put, patch, delete, options),
    path = "/gateway/envoy/{path}",
    operation_id = "envoy",
    summary = "May this request go through?",
    params(("path" = String, Path, description = "The path of the request, slashes and all.")),
    responses((status = 200, description = "It may. Who it is from is in the headers X-Keyhatch-…."))
)]
pub async fn answer(app: Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    let path = held(request.method(), request.uri().path()).ok_or(AppError::NotFound)?;
    let mut room = Room::default();
    let question = Question {
        path: Some(path),
        ..question(&app, &request, &mut room)
    };
    judge(&app, question, request.headers()).await
}

/// The path of the request that the proxy holds, if it asks here.
pub fn held<'a>(method: &Method, path: &'a str) -> Option<&'a str> {
    path.strip_prefix(PREFIX)
        .filter(|path| path.starts_with('/') && METHODS.contains(method))
}
