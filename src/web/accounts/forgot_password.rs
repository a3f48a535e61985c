//! `/forgot-password`

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::accounts::reset_password;
use crate::error::{AppError, FieldErrors, Result};
use crate::web::extract::Visitor;
use crate::web::form::Form;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ForgotForm {
    email: String,
}

#[derive(Template)]
#[template(path = "accounts/forgot_password.html")]
struct ForgotPage {
    page: Page,
    form: ForgotForm,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "accounts/forgot_password_sent.html")]
struct SentPage {
    page: Page,
}

/// `GET /forgot-password`
pub async fn show(app: Data<App>, visitor: Visitor) -> Result<HttpResponse> {
    page::ok(&ForgotPage {
        page: visitor.page(&app, ""),
        form: ForgotForm::default(),
        errors: FieldErrors::default(),
    })
}

/// `POST /forgot-password`
pub async fn submit(app: Data<App>, visitor: Visitor, form: Form<ForgotForm>) -> Result<HttpResponse> {
    let form = form.0;
    match reset_password::ask(&app, &form.email, &visitor.address).await {
        Ok(()) => Ok(page::redirect("/forgot-password/sent")),
        Err(AppError::Invalid(errors)) => page::unprocessable(&ForgotPage {
            page: visitor.page(&app, ""),
            form,
            errors,
        }),
        Err(other) => Err(other),
    }
}

/// `GET /forgot-password/sent`
pub async fn sent(app: Data<App>, visitor: Visitor) -> Result<HttpResponse> {
    page::ok(&SentPage {
        page: visitor.page(&app, ""),
    })
}
