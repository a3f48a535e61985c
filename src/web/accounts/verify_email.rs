//! `/verify-email`: where the link of a sign-up's mail leads. A page with a button, because programs that check mails
//! follow links but press nothing.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::accounts::confirm_email::{self, Waiting};
use crate::error::{AppError, FieldErrors, Result};
use crate::web::accounts::link::{self, Token};
use crate::web::accounts::new_account::welcome_in;
use crate::web::extract::Visitor;
use crate::web::form::Form;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VerifyForm {
    token: String,
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/verify_email.html")]
struct VerifyPage {
    page: Page,
    token: String,
    waiting: Waiting,
    errors: FieldErrors,
}

/// `GET /verify-email?token=…`
pub async fn show(app: Data<App>, visitor: Visitor, query: Query<Token>) -> Result<HttpResponse> {
    let token = query.into_inner().token;
    match confirm_email::waiting(&app, &token, visitor.browser.expose_secret()).await? {
        None => dead(&app, &visitor),
        Some(waiting) => page::ok(&VerifyPage {
            page: visitor.page(&app, ""),
            token,
            waiting,
            errors: FieldErrors::default(),
        }),
    }
}

/// `POST /verify-email`
pub async fn submit(app: Data<App>, visitor: Visitor, form: Form<VerifyForm>) -> Result<HttpResponse> {
    let (VerifyForm { token, password }, browser) = (form.0, visitor.browser.expose_secret());
    let Some(waiting) = confirm_email::waiting(&app, &token, browser).await? else {
        return dead(&app, &visitor);
    };
    match confirm_email::confirm(&app, &token, browser, &password, &visitor.address).await {
        Ok(new) => welcome_in(&app, &visitor, &new),
        Err(AppError::Invalid(errors)) => page::unprocessable(&VerifyPage {
            page: visitor.page(&app, ""),
            token,
            waiting,
            errors,
        }),
        Err(AppError::Conflict(_)) => dead(&app, &visitor),
        Err(other) => Err(other),
    }
}

fn dead(app: &App, visitor: &Visitor) -> Result<HttpResponse> {
    let text = "It was used already, or it is more than a day old. If you confirmed your address before, sign in. If not, \
                sign up again: there will be a new mail.";
    link::dead(app, visitor, text, "/sign-in", "Sign in")
}
