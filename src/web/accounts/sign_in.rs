//! `/sign-in`

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, accounts};
use crate::error::{AppError, FieldErrors, Result};
use crate::web::extract::Visitor;
use crate::web::form::Form;
use crate::web::page::{self, Page};
use crate::web::resume::carried::{self, Carried};

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    pub next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    email: String,
    password: String,
    next: String,
    #[serde(flatten)]
    carried: Carried,
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    page: Page,
    form: SignInForm,
    errors: FieldErrors,
}

/// `GET /sign-in`
pub async fn show(app: Data<App>, visitor: Visitor, next: Query<Next>) -> Result<HttpResponse> {
    if visitor.account.is_some() {
        return Ok(page::redirect(&visitor.way_on(&next.next).unwrap_or_else(start)));
    }
    let form = SignInForm {
        next: next.into_inner().next,
        ..SignInForm::default()
    };
    page::ok(&SignInPage {
        page: visitor.page(&app, ""),
        form,
        errors: FieldErrors::default(),
    })
}

/// `POST /sign-in`
pub async fn submit(app: Data<App>, visitor: Visitor, form: Form<SignInForm>) -> Result<HttpResponse> {
    let form = form.0;
    match accounts::sign_in(&app, &form.email, &form.password, &visitor.address, visitor.marks()).await {
        Ok(account) => {
            visitor.sign_in(&app, &account)?;
            carried::go_on(&app, &visitor, &account, form.carried)
                .unwrap_or_else(|| Ok(page::redirect(&visitor.way_on(&form.next).unwrap_or_else(start))))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&SignInPage {
            page: visitor.page(&app, ""),
            form,
            errors,
        }),
        Err(other) => Err(other),
    }
}

/// The form for somebody who typed something into another one while signed out.
pub fn render(app: &App, visitor: &Visitor, status: StatusCode, carried: Carried) -> Result<HttpResponse> {
    let form = SignInForm {
        carried,
        ..SignInForm::default()
    };
    let template = SignInPage {
        page: visitor.page(app, ""),
        form,
        errors: FieldErrors::default(),
    };
    page::html(status, &template)
}

/// Where people go who were not on their way anywhere.
pub fn start() -> String {
    "/".to_owned()
}
