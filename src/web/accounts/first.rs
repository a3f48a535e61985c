//! The sign-up of the first account, behind the link that the server prints at its start.

use actix_web::HttpResponse;

use crate::domain::App;
use crate::domain::accounts::first;
use crate::error::{AppError, FieldErrors, Result};
use crate::web::accounts::link;
use crate::web::accounts::new_account::welcome_in;
use crate::web::accounts::sign_up_form::{SignUpForm, SignUpPage};
use crate::web::extract::Visitor;
use crate::web::page;

/// `GET /sign-up?first=…`
pub(super) async fn show(app: &App, visitor: &Visitor, token: String) -> Result<HttpResponse> {
    if !first::is_good(app, &token).await? {
        return dead(app, visitor);
    }
    let form = SignUpForm {
        first: token,
        ..SignUpForm::default()
    };
    page::ok(&SignUpPage {
        page: visitor.page(app, ""),
        form,
        errors: FieldErrors::default(),
    })
}

/// `POST /sign-up` with the token
pub(super) async fn submit(app: &App, visitor: &Visitor, form: SignUpForm) -> Result<HttpResponse> {
    if !first::is_good(app, &form.first).await? {
        return dead(app, visitor);
    }
    let browser = visitor.browser.expose_secret();
    match first::create_first(
        app,
        &form.first,
        (&form.email, &form.password),
        browser,
        &visitor.address,
    )
    .await
    {
        Ok(new) => welcome_in(app, visitor, &new),
        Err(AppError::Invalid(errors)) => page::unprocessable(&SignUpPage {
            page: visitor.page(app, ""),
            form,
            errors,
        }),
        Err(AppError::Conflict(_)) => dead(app, visitor),
        Err(other) => Err(other),
    }
}

fn dead(app: &App, visitor: &Visitor) -> Result<HttpResponse> {
    let text = "The link for the first account works once, for a day, and only until there is an account. While there is \
                none, the server prints a new one each time it starts.";
    link::dead(app, visitor, text, "/sign-in", "Sign in")
}
