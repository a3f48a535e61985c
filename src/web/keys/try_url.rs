//! The button “Send a test event” beside the webhook URL of a key that does not exist yet. It shows the form again with what
//! came of it, and makes nothing.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, RETRY_AFTER};
use actix_web::web::Data;

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::webhooks::send_test;
use crate::error::{AppError, FieldErrors, Result};
use crate::web::errors;
use crate::web::extract::KeysPage;
use crate::web::form::Form;
use crate::web::keys::create::{self, NewKeyForm, Said};
use crate::web::webhooks::words::{self, Outcome};

/// `POST …/keys/new/test-events`
pub async fn submit(app: Data<App>, page: KeysPage, form: Form<NewKeyForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let (status, said, wait) = match attempt(&app, proof, &form.0.webhook_url).await {
        Ok(tried) => (StatusCode::OK, Said::tried(tried), None),
        Err(AppError::Invalid(wrong)) => (StatusCode::UNPROCESSABLE_ENTITY, Said::wrong(wrong), None),
        // Nobody should lose a form for having tried too often.
        Err(AppError::RateLimited { retry_after_seconds }) => {
            let why = format!(
                "Too many test events. Try again in {}.",
                errors::wait(retry_after_seconds)
            );
            let said = Said::wrong(FieldErrors::one("webhook_url", why));
            (StatusCode::TOO_MANY_REQUESTS, said, Some(retry_after_seconds))
        }
        Err(other) => return Err(other),
    };
    let mut answer = create::render(&app, &page, status, form.0, said).await?;
    if let Some(seconds) = wait {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}

async fn attempt(app: &App, proof: ManageKeys<'_>, url: &str) -> Result<Outcome> {
    if url.trim().is_empty() {
        return Err(AppError::invalid(
            "webhook_url",
            "Enter the URL to send a test event to.",
        ));
    }
    let outcome = send_test::try_url(app, proof, url).await?;
    let took = i64::try_from(outcome.took.as_millis()).unwrap_or(i64::MAX);
    let from = outcome
        .address
        .map(|address| format!(" from {address}"))
        .unwrap_or_default();
    let (status, failure) = match &outcome.answer {
        Ok(answer) => (Some(answer.status), None),
        Err(failure) => (None, Some(failure.code())),
    };
    let words = words::outcome(status, failure);
    Ok(match status {
        Some(_) => Outcome {
            sentence: format!(
                "It answered {} after {}{from}. {}",
                words.label,
                words::took(took),
                words.sentence
            ),
            label: "Reached".to_owned(),
            // Who checks signatures refuses this one, and is there all the same.
            tone: if words.tone == "good" { "good" } else { "warn" },
        },
        None => Outcome {
            label: "Not reached".to_owned(),
            ..words
        },
    })
}
