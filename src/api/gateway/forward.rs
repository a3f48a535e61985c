//! `/gateway/forward`, for Caddy's `forward_auth` and Traefik's `ForwardAuth`: the request to judge comes as
//! `X-Forwarded-Method` and `X-Forwarded-Uri` beside its own headers, and a refusal is what the client should see.

use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::{Held, judge};
use crate::api::caller::question;
use crate::api::credentials::Room;
use crate::api::errors::Result;
use crate::domain::App;
use crate::domain::verify::Question;

/// Its address.
pub const ADDRESS: &str = "/gateway/forward";

const HELD: Held = Held {
    method: HeaderName::from_static("x-forwarded-method"),
    path: HeaderName::from_static("x-forwarded-uri"),
    missing: "This address is for the proxy in front of the API: it sends X-Forwarded-Method and X-Forwarded-Uri, once each.",
};

/// Judges the request that a proxy holds. It answers with the true status and body: a refusal is what the client should see.
#[utoipa::path(
    get,
    path = "/gateway/forward",
    operation_id = "forward",
    summary = "May this request go through?",
    params(
        ("X-Forwarded-Method" = String, Header, description = "The method of the request."),
        ("X-Forwarded-Uri" = String, Header, description = "Its path, with or without the query."),
    ),
    responses((status = 200, description = "It may. Who it is from is in the headers X-Keyhatch-…."))
)]
pub async fn answer(app: Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    let mut room = Room::default();
    let question = asked(request.headers(), question(&app, &request, &mut room))?;
    judge(&app, question, request.headers()).await
}

/// The same question about the request that the proxy holds.
pub fn asked<'a>(headers: &'a HeaderMap, question: Question<'a>) -> Result<Question<'a>> {
    HELD.asked(headers, question)
}
