//! `POST /leaks/github`: what GitHub's secret scanning has found. The protocol is GitHub's ("secret scanning partner program").

use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{self, Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use anyhow::Context;

use crate::api::errors::{ApiError, Result};
use crate::connection;
use crate::domain::App;
use crate::domain::leaks::github;
use crate::error::AppError;

/// Which of its keys GitHub has signed with.
const IDENTIFIER: &str = "github-public-key-identifier";
const SIGNATURE: &str = "github-public-key-signature";

/// The most bytes of a message: more than ten thousand finds, with the addresses where they were found.
const LARGEST: usize = 4 * 1024 * 1024;

/// A message that says it is no larger needs no room of its own: other addresses take as much from anybody.
const SMALL: usize = 64 * 1024;

/// Carries a message out, and says of each find whether it is a key.
pub async fn receive(app: Data<App>, request: HttpRequest, payload: web::Payload) -> Result<HttpResponse> {
    // Whoever may not ask is refused before the body is read.
    let (Some(identifier), Some(signature)) = (header(&request, IDENTIFIER), header(&request, SIGNATURE)) else {
        return Err(not_github("This address takes what GitHub has signed."));
    };
    let Some(key) = github::key_called(&app, identifier).await? else {
        return Err(not_github("GitHub does not publish a key with this identifier."));
    };
    if !github::is_like_a_signature(signature) {
        return Err(not_github("This is no signature."));
    }
    let body = {
        let is_small = length(&request).is_some_and(|length| length <= SMALL);
        let _room = if is_small { None } else { Some(github::room(&app)?) };
        let body = read(&request, payload).await?;
        if !key.has_signed(&body, signature) {
            return Err(not_github("This is not what was signed."));
        }
        body
    };
    // A task of its own: what was begun is ended, however long GitHub waits.
    let carried_out = tokio::spawn(async move { github::carry_out(&app, &body).await });
    let feedback = carried_out.await.context("carrying out a message of GitHub");
    match feedback.map_err(AppError::Internal)?? {
        Some(feedback) => Ok(HttpResponse::Ok().json(feedback)),
        None => Err(ApiError::Unreadable("The body is no list of finds.".to_owned())),
    }
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// How large the body is, where that is said: no more of it is read then.
fn length(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn not_github(why: &'static str) -> ApiError {
    ApiError::Failed(AppError::Forbidden(why))
}

async fn read(request: &HttpRequest, payload: web::Payload) -> Result<Bytes> {
    let read = payload.to_bytes_limited(LARGEST).await;
    if connection::is_late(request) {
        return Err(ApiError::Failed(AppError::TooSlow));
    }
    match read {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(_)) => Err(ApiError::Unreadable("The body ended before it was whole.".to_owned())),
        Err(_) => Err(ApiError::LargerThan("4 MiB")),
    }
}
