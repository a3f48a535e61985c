//! `/confirm-password`: the password again, before something that a forgotten browser must not do.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, accounts};
use crate::error::{AppError, FieldErrors, Result};
use crate::web::accounts::sign_in::{Next, start};
use crate::web::extract::Person;
use crate::web::form::Form;
use crate::web::page::{self, Page};
use crate::web::session;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    password: String,
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/confirm_password.html")]
struct ConfirmPage {
    page: Page,
    email: String,
    next: String,
    errors: FieldErrors,
}

/// `GET /confirm-password`
pub async fn show(app: Data<App>, person: Person, next: Query<Next>) -> Result<HttpResponse> {
    page::ok(&ConfirmPage {
        page: person.page(&app, ""),
        email: person.account.email.to_string(),
        next: next.into_inner().next,
        errors: FieldErrors::default(),
    })
}

/// `POST /confirm-password`
pub async fn submit(app: Data<App>, person: Person, form: Form<ConfirmForm>) -> Result<HttpResponse> {
    let ConfirmForm { password, next } = form.0;
    match accounts::confirm_password(&app, &person.account, &password).await {
        Ok(()) => {
            session::confirm_password(&person.visitor.session, app.now())?;
            Ok(page::redirect(&person.visitor.way_on(&next).unwrap_or_else(start)))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&ConfirmPage {
            page: person.page(&app, ""),
            email: person.account.email.to_string(),
            next,
            errors,
        }),
        Err(other) => Err(other),
    }
}
