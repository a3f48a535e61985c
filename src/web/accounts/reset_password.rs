//! `/reset-password`: where the link of the mail leads.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::accounts::reset_password;
use crate::error::{AppError, FieldErrors, Result};
use crate::web::accounts::link::{self, Token};
use crate::web::extract::Visitor;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ResetForm {
    token: String,
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/reset_password.html")]
struct ResetPage {
    page: Page,
    token: String,
    /// Whose password it is, for the browser's own store of passwords.
    email: String,
    errors: FieldErrors,
}

/// `GET /reset-password?token=…`
pub async fn show(app: Data<App>, visitor: Visitor, query: Query<Token>) -> Result<HttpResponse> {
    let token = query.into_inner().token;
    match reset_password::account_of(&app, &token).await? {
        None => dead(&app, &visitor),
        Some(account) => page::ok(&ResetPage {
            page: visitor.page(&app, ""),
            token,
            email: account.email.to_string(),
            errors: FieldErrors::default(),
        }),
    }
}

/// `POST /reset-password`
pub async fn submit(app: Data<App>, visitor: Visitor, form: Form<ResetForm>) -> Result<HttpResponse> {
    let ResetForm { token, password } = form.0;
    let Some(account) = reset_password::account_of(&app, &token).await? else {
        return dead(&app, &visitor);
    };
    match reset_password::reset(&app, &token, &password, &visitor.address).await {
        Ok(account) => {
            visitor.sign_in(&app, &account)?;
            let flash = Flash::good("Your password is changed. All other browsers were signed out.");
            Ok(page::redirect_with(&app, "/", &flash))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&ResetPage {
            page: visitor.page(&app, ""),
            token,
            email: account.email.to_string(),
            errors,
        }),
        Err(AppError::Conflict(_)) => dead(&app, &visitor),
        Err(other) => Err(other),
    }
}

fn dead(app: &App, visitor: &Visitor) -> Result<HttpResponse> {
    let text = "It was used already, it is more than an hour old, or a newer one was sent. Your password is what it was \
                before.";
    link::dead(app, visitor, text, "/forgot-password", "Send a new link")
}
