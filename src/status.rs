//! An [`AppError`] as an HTTP status. Its body is written by the skin around it: `web::errors` or `api::errors`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use crate::error::AppError;

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            AppError::NotFound => StatusCode::NOT_FOUND,
            AppError::Forbidden(_) | AppError::FormExpired => StatusCode::FORBIDDEN,
            AppError::Unauthenticated | AppError::SignInTooOld => StatusCode::UNAUTHORIZED,
            AppError::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            AppError::Conflict(_) | AppError::Overtaken | AppError::PlanLimit(_) => StatusCode::CONFLICT,
            AppError::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            AppError::TooSlow => StatusCode::REQUEST_TIMEOUT,
            AppError::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            AppError::BadRequest(_) => StatusCode::BAD_REQUEST,
            AppError::RateLimited { .. } => StatusCode::TOO_MANY_REQUESTS,
            AppError::Unavailable { .. } | AppError::Storage(_) => StatusCode::SERVICE_UNAVAILABLE,
            AppError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

impl AppError {
    /// Seconds for a `Retry-After` header, when waiting helps.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            AppError::RateLimited { retry_after_seconds } | AppError::Unavailable { retry_after_seconds } => {
                Some(*retry_after_seconds)
            }
            AppError::Storage(trouble) => Some(trouble.retry_after_seconds()),
            _ => None,
        }
    }
}
