//! Errors as pages: what happened, in plain words, with a way on.

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::error::InternalError;
use actix_web::http::Method;
use actix_web::http::header::{ALLOW, HeaderValue, RETRY_AFTER};
use askama::Template;

use crate::domain::App;
use crate::error::AppError;
use crate::model::trouble::Trouble;
use crate::web::extract::Visitor;
use crate::web::headers;
use crate::web::page::{self, Page};
use crate::web::resume;
use crate::web::ways::Ways;

#[derive(Template)]
#[template(path = "errors/error.html")]
struct ErrorPage<'a> {
    page: Page,
    title: &'a str,
    text: String,
    /// Where the button leads, and what it says.
    back: &'a str,
    back_label: &'a str,
    /// For support: the number in our log.
    reference: Option<String>,
    /// Asking for the same page later helps. It does not ask by itself: who reads slowly, or with a screen reader, would lose the place.
    may_repeat: bool,
}

/// Gives a failed response its page. What is not an [`AppError`] (a success, a redirect) passes untouched.
pub async fn dress(app: &App, response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    let Some(error) = response
        .response()
        .error()
        .and_then(|error| error.as_error::<AppError>())
    else {
        return response;
    };
    let request = response.request().clone();
    let visitor = match error {
        AppError::Storage(_) => Visitor::nobody(app, &request),
        _ => Visitor::load(app, &request)
            .await
            .unwrap_or_else(|_| Visitor::nobody(app, &request)),
    };
    let made = match error {
        AppError::Unauthenticated if request.method().is_safe() => Ok(sign_in_first(&request)),
        AppError::SignInTooOld => Ok(confirm_password_first(&request)),
        AppError::Unauthenticated => {
            resume::offer(app, &visitor, &request).unwrap_or_else(|| render(app, &visitor, error, request.method()))
        }
        error => render(app, &visitor, error, request.method()),
    };
    match made {
        Ok(mut made) => {
            if let Some(allowed) = response.headers().get(ALLOW) {
                made.headers_mut().insert(ALLOW, allowed.clone());
            }
            ServiceResponse::new(request, made)
        }
        Err(_) => response,
    }
}

/// The error of a request whose session could not be kept: the page is complete, for nothing dresses it any more.
pub fn without_session(app: &App) -> actix_web::Error {
    let error = AppError::Storage(app.db.down().unwrap_or(Trouble::Gone));
    let mut answer = write(Page::of_nobody(app), &error, None, ("/", "Go to the start"), false)
        .unwrap_or_else(|error| actix_web::ResponseError::error_response(&error));
    headers::secure(app, answer.headers_mut());
    InternalError::from_response(error, answer).into()
}

fn render(
    app: &App,
    visitor: &Visitor,
    error: &AppError,
    method: &Method,
) -> Result<actix_web::HttpResponse, AppError> {
    let reference = match error {
        AppError::Internal(cause) => {
            let reference = app.new_id().simple().to_string();
            tracing::error!(error.reference = %reference, error = format!("{cause:#}"), "a page failed");
            Some(reference)
        }
        _ => None,
    };
    let back = match error {
        AppError::Unauthenticated => ("/sign-in", "Sign in"),
        _ if visitor.account.is_some() => ("/workspaces", "Go to your workspaces"),
        _ => ("/", "Go to the start"),
    };
    write(visitor.page(app, ""), error, reference, back, method.is_safe())
}

fn write(
    page: Page,
    error: &AppError,
    reference: Option<String>,
    (back, back_label): (&str, &str),
    may_repeat: bool,
) -> Result<actix_web::HttpResponse, AppError> {
    let (title, text) = words(error);
    let status = actix_web::ResponseError::status_code(error);
    let template = ErrorPage {
        page,
        title,
        text,
        back,
        back_label,
        reference,
        may_repeat: may_repeat && error.retry_after_seconds().is_some(),
    };
    let mut response = page::html(status, &template)?;
    if let Some(seconds) = error.retry_after_seconds() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

fn words(error: &AppError) -> (&'static str, String) {
    match error {
        AppError::NotFound => ("Nothing here", "This page does not exist, or it is not yours to see.".into()),
        AppError::Forbidden(who) => ("You may not do this", (*who).into()),
        AppError::Unauthenticated => {
            ("You are signed out", "Sign in again, then go back: your browser still has what you typed.".into())
        }
        AppError::SignInTooOld => ("Confirm your password", "It has been a while since you signed in.".into()),
        AppError::FormExpired => (
            "This form has expired",
            "Go back, load the page again and send it once more: your browser still has what you typed. Nothing was changed."
                .into(),
        ),
        AppError::Invalid(fields) => (
            "That cannot be done like this",
            fields.all().iter().map(|(_, message)| message.as_str()).collect::<Vec<_>>().join(" "),
        ),
        AppError::Conflict(why) => ("That is not possible now", why.clone()),
        AppError::Overtaken => (
            "This was changed meanwhile",
            "It was saved elsewhere since you opened the form. Nothing of yours was saved.".into(),
        ),
        AppError::PlanLimit(why) => ("The plan is full", why.clone()),
        AppError::TooSlow => ("That took too long", "The form did not arrive in time. Go back and send it once more.".into()),
        AppError::TooLarge => ("That is too much", "The form is larger than anything this page takes.".into()),
        AppError::MethodNotAllowed => ("Nothing here", "This page cannot be used like that.".into()),
        AppError::BadRequest(why) => ("That could not be read", (*why).into()),
        AppError::RateLimited { retry_after_seconds } => {
            ("Too many attempts", format!("Try again in {}.", wait(*retry_after_seconds)))
        }
        AppError::Unavailable { retry_after_seconds } => {
            ("Very busy right now", format!("Try again in {}. Nothing was changed.", wait(*retry_after_seconds)))
        }
        AppError::Storage(_) => (
            "Not available right now",
            format!(
                "Our database is not available. If you were signed in, you still are. Try again in {}. If you were changing \
                 something, go back: your browser still has what you typed. Look first whether it was done.",
                wait(error.retry_after_seconds().unwrap_or(5))
            ),
        ),
        AppError::Internal(_) => {
            ("Something broke here", "It is our fault, and it has been written down. Try again in a minute.".into())
        }
    }
}

/// `40 seconds`, `3 minutes`.
pub fn wait(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    if seconds < 120 {
        crate::model::timestamp::plural(seconds, "second")
    } else {
        crate::model::timestamp::plural(seconds.div_euclid(60) + i64::from(seconds % 60 > 0), "minute")
    }
}

fn sign_in_first(request: &actix_web::HttpRequest) -> actix_web::HttpResponse {
    let next = request.uri().path_and_query().map_or("/", |path| path.as_str());
    page::redirect(&format!("/sign-in?{}", next_query(next)))
}

fn confirm_password_first(request: &actix_web::HttpRequest) -> actix_web::HttpResponse {
    // After a form, the way back is the page it is on: its own address, but for the form that makes a key.
    let path = request.uri().path();
    let page = Ways::of(request).and_then(|ways| ways.above(path));
    let next = if !request.method().is_safe() && path.ends_with("/keys") {
        format!("{path}/new")
    } else {
        page.unwrap_or_default()
    };
    page::redirect(&format!("/confirm-password?{}", next_query(&next)))
}

/// `next=…`, escaped.
pub fn next_query(next: &str) -> String {
    serde_html_form::to_string([("next", next)]).unwrap_or_default()
}
