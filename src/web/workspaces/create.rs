//! `/workspaces/new`: a name is all a workspace needs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, workspaces};
use crate::error::{AppError, FieldErrors, Result};
use crate::web::extract::Person;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{self, Page};

/// What the form asks, and where to go afterwards when it stands on another page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewWorkspace {
    name: String,
    next: String,
}

#[derive(Template)]
#[template(path = "workspaces/new.html")]
struct NewPage {
    page: Page,
    form: NewWorkspace,
    errors: FieldErrors,
}

/// `GET /workspaces/new`
pub async fn show(app: Data<App>, person: Person) -> Result<HttpResponse> {
    page::ok(&NewPage {
        page: person.page(&app, "workspaces"),
        form: NewWorkspace::default(),
        errors: FieldErrors::default(),
    })
}

/// `POST /workspaces`
pub async fn submit(app: Data<App>, person: Person, form: Form<NewWorkspace>) -> Result<HttpResponse> {
    let form = form.0;
    match workspaces::create(&app, &person.account, &person.by(), &form.name, None).await {
        Ok(workspace) => {
            let own = format!("/w/{}", workspace.slug);
            let next = person.visitor.way_on_or(&form.next, own);
            let flash = Flash::good(format!("{} is yours.", workspace.name));
            Ok(page::redirect_with(&app, &next, &flash))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&NewPage {
            page: person.page(&app, "workspaces"),
            form,
            errors,
        }),
        Err(AppError::Conflict(why)) => {
            let new_page = NewPage {
                page: person.page(&app, "workspaces"),
                form,
                errors: FieldErrors::one("", why),
            };
            page::html(StatusCode::CONFLICT, &new_page)
        }
        Err(other) => Err(other),
    }
}
