//! `/account/security`: changing the password.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, accounts};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::account::Account;
use crate::web::extract::Person;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{self, Page};
use crate::web::session;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChangeForm {
    current_password: String,
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/security.html")]
struct SecurityPage {
    page: Page,
    account: Account,
    errors: FieldErrors,
}

/// `GET /account/security`
pub async fn show(app: Data<App>, person: Person) -> Result<HttpResponse> {
    page::ok(&SecurityPage {
        page: person.page(&app, "account"),
        account: person.account,
        errors: FieldErrors::default(),
    })
}

/// `POST /account/security`
pub async fn submit(app: Data<App>, person: Person, form: Form<ChangeForm>) -> Result<HttpResponse> {
    let (Person { account, visitor }, form) = (person, form.0);
    let this = session::id(&visitor.session);
    let changed = accounts::change_password(
        &app,
        &account,
        &form.current_password,
        &form.password,
        this,
        &visitor.address,
    );
    match changed.await {
        Ok(account) => {
            visitor.sign_in(&app, &account)?;
            let flash = Flash::good("Your password is changed. All other browsers were signed out.");
            Ok(page::redirect_with(&app, "/account/security", &flash))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&SecurityPage {
            page: visitor.page(&app, "account"),
            account,
            errors,
        }),
        Err(other) => Err(other),
    }
}
