//! The buttons “Disable” and “Enable”. An HTML form cannot say DELETE, so enabling has an address of its own.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;

use crate::domain::{App, keys};
use crate::error::Result;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DisableForm {
    /// For how long: see [`crate::model::disablement::CHOICES`].
    until: String,
}

/// `POST …/keys/{key}/disablement`
pub async fn disable(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<DisableForm>) -> Result<HttpResponse> {
    let key = keys::disable_for(&app, page.ring.manage_keys()?, key.0, &form.0.until).await?;
    let text = match key.disabled_until {
        None => format!("Requests with “{}” are refused until you enable it again.", key.name),
        Some(until) => format!("Requests with “{}” are refused until {}.", key.name, until.exact()),
    };
    Ok(page::redirect_with(&app, &page.key_url(key.id), &Flash::good(text)))
}

/// `POST …/keys/{key}/enablement`
pub async fn enable(app: Data<App>, page: KeysPage, key: KeyPath, _: Form<Button>) -> Result<HttpResponse> {
    let key = keys::enable(&app, page.ring.manage_keys()?, key.0).await?;
    let flash = if key.is_expired(app.now()) {
        Flash::note(format!(
            "“{}” is enabled, but it has expired: requests with it stay refused.",
            key.name
        ))
    } else {
        Flash::good(format!("Requests with “{}” are accepted again.", key.name))
    };
    Ok(page::redirect_with(&app, &page.key_url(key.id), &flash))
}
