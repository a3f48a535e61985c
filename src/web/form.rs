//! Forms: the only way a page's handler reads a body, so that none is read without its proof of origin (CSRF).

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::connection;
use crate::domain::App;
use crate::error::AppError;
use crate::web::browser::{Browser, SessionAccount};

/// A form's fields. `T` is `#[serde(default)]`: what a browser does not send is empty.
#[derive(Clone, Debug)]
pub struct Form<T>(pub T);

/// A form without fields of its own: a button.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Button {}

/// The most bytes a form may have; also the limit that the routes set for `Bytes`.
pub const LARGEST_FORM: usize = 64 * 1024;

#[derive(Deserialize)]
struct Proof {
    #[serde(default)]
    csrf: String,
    /// Sent by a browser without scripts, with a form that makes a secret.
    unscripted: Option<String>,
}

/// How long the second click of a double click may take. Where no script keeps people from clicking twice, the first submission
/// waits for as long: the browser leaves an answer that comes before the second click, and with it a secret that is shown once.
const SECOND_CLICK: Duration = Duration::from_millis(500);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let app = request
                .app_data::<Data<App>>()
                .ok_or_else(|| AppError::Internal(anyhow::anyhow!("no app")))?;
            let kind = request
                .headers()
                .get(CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok())
                .unwrap_or_default();
            if !kind
                .to_ascii_lowercase()
                .starts_with("application/x-www-form-urlencoded")
            {
                return Err(AppError::FormExpired);
            }
            let body = body.await.map_err(|error| unreadable(&error, &request))?;
            let proof: Proof = serde_html_form::from_bytes(&body).map_err(|_| AppError::FormExpired)?;
            let account = request
                .extensions()
                .get::<SessionAccount>()
                .and_then(|session| session.0);
            let browser = Browser::of(&request).ok_or(AppError::FormExpired)?;
            if !browser.proves(app, account, &proof.csrf) {
                return Err(AppError::FormExpired);
            }
            if proof.unscripted.is_some() {
                tokio::time::sleep(SECOND_CLICK).await;
            }
            serde_html_form::from_bytes(&body)
                .map(Self)
                .map_err(|_| AppError::BadRequest("The form could not be read."))
        })
    }
}

/// Why a body could not be read whole.
pub fn unreadable(error: &actix_web::Error, request: &HttpRequest) -> AppError {
    match error.as_error::<PayloadError>() {
        Some(PayloadError::Overflow) => AppError::TooLarge,
        _ if connection::is_late(request) => AppError::TooSlow,
        _ => AppError::BadRequest("The form ended before it was whole."),
    }
}
