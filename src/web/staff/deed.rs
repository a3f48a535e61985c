//! The page of a deed: what it does, to what, and a field for why. Each deed has one, and its form goes to the same address.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, pasted};
use crate::error::{AppError, FieldErrors, Result};
use crate::web::extract::StaffPage;
use crate::web::page::{self, Page};

/// What is typed. What a deed has no field for is empty.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeedForm {
    pub(super) reason: String,
    pub(super) plan: String,
    pub(super) amount: String,
    pub(super) nonce: String,
}

/// A plan to choose.
pub(super) struct Choice {
    pub(super) id: String,
    pub(super) label: String,
    /// What the workspace has more of than the plan.
    pub(super) over: String,
    pub(super) is_current: bool,
}

#[derive(Template)]
#[template(path = "staff/deed.html")]
pub(super) struct DeedPage {
    page: Page,
    errors: FieldErrors,
    form: DeedForm,
    deed: Deed,
}

/// What is said of one deed.
pub(super) struct Deed {
    /// `Suspend the workspace`
    pub(super) title: &'static str,
    /// To what: `Acme`
    pub(super) about: String,
    /// What it does, in sentences.
    pub(super) means: String,
    pub(super) button: &'static str,
    /// `danger` or `primary`
    pub(super) tone: &'static str,
    pub(super) url: String,
    pub(super) back: String,
    /// Where a plan is chosen.
    pub(super) plans: Vec<Choice>,
    /// Where an amount is asked for: what is counted.
    pub(super) unit: Option<String>,
}

/// The form, empty.
pub(super) fn ask(app: &App, desk: &StaffPage, deed: Deed, form: DeedForm) -> Result<HttpResponse> {
    show(app, desk, deed, form, FieldErrors::default(), StatusCode::OK)
}

/// The form again, with what is wrong; other errors stay errors.
pub(super) fn again(
    app: &App,
    desk: &StaffPage,
    deed: Deed,
    mut form: DeedForm,
    error: AppError,
) -> Result<HttpResponse> {
    let AppError::Invalid(errors) = error else {
        return Err(error);
    };
    if pasted::holds_secret(&app.profile, &form.reason) {
        form.reason = String::new();
    }
    show(app, desk, deed, form, errors, StatusCode::UNPROCESSABLE_ENTITY)
}

fn show(
    app: &App,
    desk: &StaffPage,
    deed: Deed,
    form: DeedForm,
    errors: FieldErrors,
    status: StatusCode,
) -> Result<HttpResponse> {
    let page = DeedPage {
        page: desk.person.page(app, "staff"),
        errors,
        form,
        deed,
    };
    page::html(status, &page)
}

impl DeedPage {
    fn hint(&self) -> &'static str {
        "3 to 500 characters. The customer reads it, with your email address."
    }
}
