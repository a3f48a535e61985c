//! `/sign-in`

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, accounts};
use crate::error::{AppError, FieldErrors, Result};
use crate::web::extract::Visitor;
use crate::web::form::Form;
use crate::web::page::{self, Page};
use crate::web::session;

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
        return Ok(page::redirect(inside(&next.next)));
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
    match accounts::sign_in(&app, &form.email, &form.password, &visitor.address).await {
        Ok(account) => {
            session::sign_in(
                &visitor.session,
                &account,
                app.now(),
                &visitor.address,
                &visitor.user_agent,
            )?;
            Ok(page::redirect(inside(&form.next)))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&SignInPage {
            page: visitor.page(&app, ""),
            form,
            errors,
        }),
        Err(other) => Err(other),
    }
}

/// A path of this dashboard, never an address elsewhere: `//evil.example` and `/\evil.example` are addresses elsewhere.
pub fn inside(next: &str) -> &str {
    let own = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if own { next } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn the_way_on_leads_nowhere_else() {
        assert_eq!(inside("/w/acme?x=1"), "/w/acme?x=1");
        for elsewhere in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "javascript:1",
        ] {
            assert_eq!(inside(elsewhere), "/", "{elsewhere}");
        }
    }
}
