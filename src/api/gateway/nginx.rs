//! `/gateway/nginx`, for nginx's `auth_request`: the request to judge comes as `X-Original-Method` and `X-Original-URI` beside
//! its own headers. nginx understands 2xx, 401 and 403 and throws the body away, so what the client should see of a
//! refusal is in headers, from which a configuration can write the answer again.

use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use super::{Held, judge};
use crate::api::caller::question;
use crate::api::credentials::Room;
use crate::api::errors::{self, ApiError, Result};
use crate::domain::App;
use crate::domain::verify::Question;

/// Its address.
pub const ADDRESS: &str = "/gateway/nginx";

const HELD: Held = Held {
    method: HeaderName::from_static("x-original-method"),
    path: HeaderName::from_static("x-original-uri"),
    missing: "This address is for the proxy in front of the API: it sends X-Original-Method and X-Original-URI, once each.",
};

/// The status that the client should see.
const STATUS: HeaderName = HeaderName::from_static("x-keyhatch-status");
/// The code of the error, as it is in the body.
const CODE: HeaderName = HeaderName::from_static("x-keyhatch-code");
/// The body that the client should see.
const BODY: HeaderName = HeaderName::from_static("x-keyhatch-body");

/// Judges the request that a proxy holds.
#[utoipa::path(
    get,
    path = "/gateway/nginx",
    operation_id = "nginx",
    summary = "May this request go through?",
    description = "Whatever stands in the way, the answer is 401 or 403: nginx takes no others.",
    params(
        ("X-Original-Method" = String, Header, description = "The method of the request."),
        ("X-Original-URI" = String, Header, description = "Its path, with or without the query."),
    ),
    responses(
        (status = 200, description = "It may. Who it is from is in the headers X-Keyhatch-…."),
        (status = 401, description = "It may not: there is no credential, or none that is good.", headers(
            ("x-keyhatch-status" = i32, description = "The status that the client should see."),
            ("x-keyhatch-code" = String, description = "The code of the error."),
            ("x-keyhatch-body" = String, description = "The body that the client should see."),
        )),
        (status = 403, description = "It may not. What the client should see is in headers; some statuses have headers of their \
            own beside them.", headers(
            ("x-keyhatch-status" = i32, description = "The status that the client should see."),
            ("x-keyhatch-code" = String, description = "The code of the error."),
            ("x-keyhatch-body" = String, description = "The body that the client should see."),
        )),
    )
)]
pub async fn answer(app: Data<App>, request: HttpRequest) -> HttpResponse {
    let judged = async {
        let mut room = Room::default();
        let question = asked(request.headers(), question(&app, &request, &mut room))?;
        judge(&app, question, request.headers()).await
    };
    judged.await.unwrap_or_else(|error| refuse(&app, error))
}

/// The same question about the request that the proxy holds.
pub fn asked<'a>(headers: &'a HeaderMap, question: Question<'a>) -> Result<Question<'a>> {
    HELD.asked(headers, question)
}

/// What goes wrong, in the words that nginx understands.
pub fn refuse(app: &App, error: ApiError) -> HttpResponse {
    let (mut answer, body) = errors::envelope(app, &error.into()).into_parts();
    // It is in memory: there is nothing that could fail.
    let body = body.try_into_bytes().unwrap_or_default();
    let told = serde_json::from_slice::<serde_json::Value>(&body).unwrap_or_default();
    let status = answer.status();
    if status != StatusCode::UNAUTHORIZED {
        answer.head_mut().status = StatusCode::FORBIDDEN;
    }
    let headers = answer.headers_mut();
    headers.insert(STATUS, HeaderValue::from(status.as_u16()));
    // Some envelopes have it within.
    let code = told["code"]
        .as_str()
        .or(told["error"]["code"].as_str())
        .unwrap_or_default();
    for (name, value) in [(CODE, code.to_owned()), (BODY, in_ascii(&body))] {
        if let Ok(value) = HeaderValue::from_maybe_shared(Bytes::from(value)) {
            headers.insert(name, value);
        }
    }
    answer.set_body(body).map_into_boxed_body()
}

/// The same JSON without anything that a header could not hold.
fn in_ascii(json: &[u8]) -> String {
    let text = String::from_utf8_lossy(json);
    let mut ascii = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            // Outside of strings JSON is ASCII, so this is within one.
            for unit in character.encode_utf16(&mut [0; 2]) {
                ascii.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_in_a_header_says_the_same() {
        let body = serde_json::json!({"error": "It’s “not” 🔑.", "code": "x"}).to_string();
        let ascii = in_ascii(body.as_bytes());
        assert!(HeaderValue::from_str(&ascii).unwrap().to_str().is_ok());
        let read: serde_json::Value = serde_json::from_str(&ascii).unwrap();
        assert_eq!(read["error"], "It’s “not” 🔑.");
    }
}
