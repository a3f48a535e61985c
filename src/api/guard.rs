//! What stands around every API answer: the envelope of errors, and the headers that keep an answer to the one who asked.

use actix_web::Error;
use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, CACHE_CONTROL, HeaderMap, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::middleware::Next;
use actix_web::web::Data;

use crate::api::{GATEWAY, cors, errors};
use crate::domain::App;

/// The middleware.
pub async fn around(
    app: Data<App>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let readable = cors::is_for(&app.profile) && is_for_pages(&app, request.path());
    let mut response = if readable && is_answered_for_all(&request) {
        request.into_response(cors::preflight(&app.profile))
    } else {
        dress(&app, next.call(request).await?.map_into_boxed_body())
    };
    let is_refusal = response.status().is_client_error() || response.status().is_server_error();
    if readable && is_refusal && cors::presents_public(&app.profile, response.request().headers()) {
        cors::open(response.headers_mut());
    }
    let has_content = has_content(response.response().body());
    surround(response.headers_mut(), has_content);
    Ok(response)
}

/// What a web page may call: everything but what is for the provider's own systems.
fn is_for_pages(app: &App, path: &str) -> bool {
    path.starts_with(&app.profile.api.base_path) || path.starts_with(GATEWAY)
}

/// What a browser asks beforehand. What a proxy asks about such a request is for the gateway to answer.
fn is_answered_for_all(request: &ServiceRequest) -> bool {
    cors::is_preflight(request.method(), request.headers()) && !request.path().starts_with(GATEWAY)
}

/// Whether there is anything after the headers.
pub fn has_content(body: &BoxBody) -> bool {
    !matches!(body.size(), BodySize::None | BodySize::Sized(0))
}

/// What every answer says of itself. About content that is not there, there is nothing to sniff.
pub fn surround(headers: &mut HeaderMap, has_content: bool) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if has_content {
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }
}

/// Gives whatever failed its envelope, an extractor's error and an unknown path included.
fn dress(app: &App, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(error) = response.response().error() else {
        return response;
    };
    let mut dressed = errors::envelope(app, error);
    if let Some(allowed) = response.headers().get(ALLOW) {
        dressed.headers_mut().insert(ALLOW, allowed.clone());
    }
    ServiceResponse::new(response.request().clone(), dressed)
}
