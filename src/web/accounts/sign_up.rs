//! `/sign-up`

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, accounts};
use crate::error::{AppError, FieldErrors, Result};
use crate::web::accounts::first;
use crate::web::accounts::sign_up_form::{SignUpForm, SignUpPage};
use crate::web::extract::Visitor;
use crate::web::form::Form;
use crate::web::page::{self, Page};

/// The link that makes the first account carries its token here.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct First {
    first: String,
}

#[derive(Template)]
#[template(path = "accounts/sign_up_sent.html")]
struct SentPage {
    page: Page,
}

/// `GET /sign-up`
pub async fn show(app: Data<App>, visitor: Visitor, first: Query<First>) -> Result<HttpResponse> {
    let first = first.into_inner().first;
    if !first.is_empty() {
        return first::show(&app, &visitor, first).await;
    }
    if visitor.account.is_some() {
        return Ok(page::redirect("/"));
    }
    page::ok(&SignUpPage {
        page: visitor.page(&app, ""),
        form: SignUpForm::default(),
        errors: FieldErrors::default(),
    })
}

/// `POST /sign-up`
pub async fn submit(app: Data<App>, visitor: Visitor, form: Form<SignUpForm>) -> Result<HttpResponse> {
    let form = form.0;
    if !form.first.is_empty() {
        return first::submit(&app, &visitor, form).await;
    }
    let browser = visitor.browser.expose_secret();
    match accounts::sign_up(&app, &form.email, &form.password, browser, &visitor.address).await {
        Ok(()) => Ok(page::redirect("/sign-up/sent")),
        Err(AppError::Invalid(errors)) => page::unprocessable(&SignUpPage {
            page: visitor.page(&app, ""),
            form,
            errors,
        }),
        Err(other) => Err(other),
    }
}

/// `GET /sign-up/sent`
pub async fn sent(app: Data<App>, visitor: Visitor) -> Result<HttpResponse> {
    page::ok(&SentPage {
        page: visitor.page(&app, ""),
    })
}
