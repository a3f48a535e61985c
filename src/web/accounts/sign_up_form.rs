//! The form that makes an account: anybody's, and the first one's.

use askama::Template;
use serde::Deserialize;

use crate::error::FieldErrors;
use crate::web::page::Page;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignUpForm {
    pub email: String,
    pub password: String,
    /// The token of the first account's link, or nothing.
    pub first: String,
}

#[derive(Template)]
#[template(path = "accounts/sign_up.html")]
pub(super) struct SignUpPage {
    pub page: Page,
    pub form: SignUpForm,
    pub errors: FieldErrors,
}
