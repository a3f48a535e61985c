//! Errors as JSON: the envelope that the profile chose around what went wrong. A program reads `code`, a person the rest.

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};

use crate::domain::App;
use crate::error::AppError;
use crate::model::verdict::Refusal;
use crate::profile::{Envelope, ErrorStyle, ErrorText};

/// What an API request can fail with: what a page can, and what only a program's request can.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The key is not good for this request.
    #[error("refused: {}", .0.reason())]
    Refused(Refusal),
    /// The provider API was called without a service token.
    #[error("no service token")]
    NoServiceToken,
    /// The provider API was called with something that is no service token of ours.
    #[error("unknown service token")]
    UnknownServiceToken,
    /// Fields of the body, or parameters of the query, that are not of the shape they should have. Names may be the
    /// caller's own, values never.
    #[error("misshapen fields")]
    Fields(Vec<(String, String)>),
    /// The body is not said to be JSON.
    #[error("the body is not JSON by its content type")]
    NotSaidToBeJson,
    /// The body is not JSON, or no object; the sentence says where.
    #[error("unreadable body: {0}")]
    Unreadable(String),
    /// The body is larger than this, where the address takes more or less than others.
    #[error("the body is larger than {0}")]
    LargerThan(&'static str),
    /// What the operation says.
    #[error(transparent)]
    Failed(#[from] AppError),
}

/// The result of a handler.
pub type Result<T> = std::result::Result<T, ApiError>;

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Refused(refusal) => {
                StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
            }
            Self::NoServiceToken | Self::UnknownServiceToken => StatusCode::UNAUTHORIZED,
            Self::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NotSaidToBeJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::LargerThan(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Failed(error) => error.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// What is said about an error, before an envelope is put around it.
struct Said {
    code: &'static str,
    message: String,
    fields: Vec<(String, String)>,
    /// For support: the number in our log.
    reference: Option<String>,
}

impl Said {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            fields: Vec::new(),
            reference: None,
        }
    }
}

/// The answer to a request that failed with one of ours.
pub fn refuse(app: &App, error: ApiError) -> HttpResponse {
    envelope(app, &error.into())
}

/// The answer to a request that failed.
pub fn envelope(app: &App, error: &actix_web::Error) -> HttpResponse {
    let status = error.as_response_error().status_code();
    let failed = match error.as_error::<ApiError>() {
        Some(ApiError::Failed(failed)) => Some(failed),
        _ => error.as_error::<AppError>(),
    };
    let said = match (failed, error.as_error::<ApiError>()) {
        (Some(failed), _) => say_failed(app, failed),
        (None, Some(error)) => say(app, error),
        (None, None) => Said::new("bad_request", "This request could not be read."),
    };
    let mut response = write(app.profile.errors, &help(app, &said), status, &said);
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, challenge(app, error));
    }
    if let Some(ApiError::Refused(Refusal::RateLimited(exceeded))) = error.as_error::<ApiError>() {
        headers.insert(RETRY_AFTER, HeaderValue::from(exceeded.retry_after_seconds()));
        // The name of a limit is a word of the profile's: letters, digits, - and _.
        for (name, value) in [
            ("ratelimit", exceeded.header()),
            ("ratelimit-policy", exceeded.policy_header()),
        ] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
    if let Some(seconds) = failed.and_then(AppError::retry_after_seconds) {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// What a 401 asks for: a service token where the provider's own systems call, else whatever the profile takes.
fn challenge(app: &App, error: &actix_web::Error) -> HeaderValue {
    match error.as_error::<ApiError>() {
        Some(ApiError::NoServiceToken | ApiError::UnknownServiceToken) => HeaderValue::from_static("Bearer"),
        _ => HeaderValue::try_from(app.profile.api.challenge()).unwrap_or(HeaderValue::from_static("Bearer")),
    }
}

fn say(app: &App, error: &ApiError) -> Said {
    match error {
        ApiError::Refused(refusal) => {
            let how_to_send = || app.profile.api.how_to_send();
            Said::new(refusal.code(), refusal.message_where(how_to_send))
        }
        ApiError::NoServiceToken => Said::new(
            "missing_authorization",
            "Send a service token with this request: Authorization: Bearer khs_….",
        ),
        ApiError::UnknownServiceToken => Said::new("invalid_credentials", "This is no service token of this server."),
        ApiError::Fields(fields) => Said {
            fields: fields.clone(),
            ..Said::new("invalid_request", "Some fields cannot be accepted.")
        },
        ApiError::NotSaidToBeJson => Said::new(
            "unsupported_media_type",
            "Send the body as JSON, with Content-Type: application/json.",
        ),
        ApiError::Unreadable(why) => Said::new("invalid_json", why.clone()),
        ApiError::LargerThan(most) => too_large(most),
        ApiError::Failed(_) => Said::new("internal_error", "Something broke here."),
    }
}

fn say_failed(app: &App, error: &AppError) -> Said {
    match error {
        AppError::NotFound => Said::new("not_found", "There is nothing here, or it is not this key’s to see."),
        AppError::Forbidden(why) => Said::new("forbidden", *why),
        // It was good when the request came, and no longer when it was carried out.
        AppError::Unauthenticated => Said::new(Refusal::Revoked.code(), "This API key is no longer valid."),
        AppError::SignInTooOld | AppError::FormExpired => Said::new("forbidden", "This cannot be done over the API."),
        AppError::Invalid(fields) => Said {
            fields: fields
                .all()
                .iter()
                .map(|(field, message)| ((*field).to_owned(), message.clone()))
                .collect(),
            ..Said::new("invalid_request", "Some fields cannot be accepted.")
        },
        AppError::Conflict(why) => Said::new("conflict", why.clone()),
        AppError::Overtaken => Said::new("conflict", "Something else was saved meanwhile."),
        AppError::PlanLimit(why) => Said::new("plan_limit_reached", why.clone()),
        AppError::TooLarge => too_large("64 KiB"),
        AppError::TooSlow => Said::new(
            "request_timeout",
            "The body did not come in time: its first byte within 10 seconds, its last within 30.",
        ),
        AppError::MethodNotAllowed => Said::new("method_not_allowed", "This address does not take this method."),
        AppError::BadRequest(why) => Said::new("bad_request", *why),
        AppError::RateLimited { retry_after_seconds } => Said::new(
            "rate_limit_exceeded",
            format!("Rate limit exceeded. Try again in {retry_after_seconds} seconds."),
        ),
        AppError::Unavailable { retry_after_seconds } => Said::new(
            "unavailable",
            format!("Very busy right now. Try again in {retry_after_seconds} seconds."),
        ),
        AppError::Storage(trouble) => Said::new(
            "unavailable",
            format!(
                "Not available right now. Try again in {} seconds; if this was a change, look first whether it was made.",
                trouble.retry_after_seconds()
            ),
        ),
        AppError::Internal(cause) => {
            let reference = app.new_id().simple().to_string();
            tracing::error!(error.reference = %reference, error = format!("{cause:#}"), "an API request failed");
            Said {
                reference: Some(reference),
                ..Said::new(
                    "internal_error",
                    "Something broke on our side, and it has been written down. Try again later.",
                )
            }
        }
    }
}

fn too_large(most: &str) -> Said {
    let message = format!("The body is larger than the {most} that this address takes.");
    Said::new("too_large", message)
}

fn write(style: ErrorStyle, help: &str, status: StatusCode, said: &Said) -> HttpResponse {
    let body = style.body(&ErrorText {
        status: status.as_u16(),
        title: status.canonical_reason().unwrap_or("Error"),
        code: said.code,
        message: &said.message,
        fields: &said.fields,
        reference: said.reference.as_deref(),
        help,
    });
    HttpResponse::build(status)
        .content_type(style.content_type())
        .body(body.to_string())
}

/// Where the code is explained; for the one envelope that says it.
fn help(app: &App, said: &Said) -> String {
    match app.profile.errors.envelope {
        Envelope::Problem => app.help_with(said.code),
        Envelope::Simple | Envelope::Nested => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::profile::CodeCase;

    fn written(envelope: Envelope, case: CodeCase) -> (String, Value) {
        let said = Said {
            fields: vec![("name".to_owned(), "Enter a name.".to_owned())],
            ..Said::new("invalid_request", "Some fields cannot be accepted.")
        };
        let help = "https://keys.example.com/docs/authentication#invalid_request";
        let response = write(
            ErrorStyle { envelope, case },
            help,
            StatusCode::UNPROCESSABLE_ENTITY,
            &said,
        );
        let kind = response
            .headers()
            .get("content-type")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        let body = actix_web::body::MessageBody::try_into_bytes(response.into_body()).unwrap();
        (kind, serde_json::from_slice(&body).unwrap())
    }

    #[test]
    fn each_envelope_and_case() {
        let (kind, body) = written(Envelope::Simple, CodeCase::Upper);
        assert_eq!(kind, "application/json");
        assert_eq!(
            body,
            json!({"error": "Some fields cannot be accepted.", "code": "INVALID_REQUEST", "fields": {"name": "Enter a name."}})
        );
        let (kind, body) = written(Envelope::Nested, CodeCase::Lower);
        assert_eq!(kind, "application/json");
        assert_eq!(
            body,
            json!({"error": {
                "message": "Some fields cannot be accepted.", "code": "invalid_request", "fields": {"name": "Enter a name."}
            }})
        );
        let (kind, body) = written(Envelope::Problem, CodeCase::Lower);
        assert_eq!(kind, "application/problem+json");
        assert_eq!(
            body,
            json!({
                "type": "https://keys.example.com/docs/authentication#invalid_request",
                "title": "Unprocessable Entity", "status": 422,
                "detail": "Some fields cannot be accepted.", "code": "invalid_request",
                "fields": {"name": "Enter a name."}
            })
        );
    }
}
