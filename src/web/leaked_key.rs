//! `/leaked-key`: whoever holds a key ends it, without an account.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::client;
use crate::domain::{App, leaks, pasted};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::leak::LeakAction;
use crate::web::extract::Visitor;
use crate::web::form::Form;
use crate::web::page::{self, Page};

/// What was typed. Nothing prints the key, nor does any page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Leaked {
    key: SecretString,
    found_at: String,
}

#[derive(Template)]
#[template(path = "leaks/report.html")]
struct ReportPage {
    page: Page,
    /// What is done where an owner has not said something else.
    action: LeakAction,
    found_at: String,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "leaks/received.html")]
struct ReceivedPage {
    page: Page,
}

/// `GET /leaked-key`
pub async fn show(app: Data<App>, visitor: Visitor) -> Result<HttpResponse> {
    page::ok(&ReportPage {
        action: app.profile.leaks.action,
        page: visitor.page(&app, ""),
        found_at: String::new(),
        errors: FieldErrors::default(),
    })
}

/// `POST /leaked-key`
pub async fn submit(
    app: Data<App>,
    visitor: Visitor,
    request: HttpRequest,
    form: Form<Leaked>,
) -> Result<HttpResponse> {
    let Form(Leaked { key, found_at }) = form;
    match leaks::report(&app, key.expose_secret(), &found_at, client::ip(&request)).await {
        Ok(()) => Ok(page::redirect("/leaked-key/received")),
        Err(AppError::Invalid(errors)) => page::unprocessable(&ReportPage {
            action: app.profile.leaks.action,
            page: visitor.page(&app, ""),
            found_at: if pasted::holds_secret(&app.profile, &found_at) {
                String::new()
            } else {
                found_at
            },
            errors,
        }),
        Err(other) => Err(other),
    }
}

/// `GET /leaked-key/received`
pub async fn received(app: Data<App>, visitor: Visitor) -> Result<HttpResponse> {
    page::ok(&ReceivedPage {
        page: visitor.page(&app, ""),
    })
}
