//! `…/keys/{key}/edit`: name, scopes, expiry, webhook URL.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::keys::{self, Edit};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::key::Key;
use crate::profile::Access;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::keys::choices::{self, ExpiryChoice, ScopeGroupChoice};
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EditForm {
    name: String,
    scopes: Vec<String>,
    expiry: String,
    expires_at: String,
    webhook_url: String,
}

#[derive(Template)]
#[template(path = "keys/edit.html")]
struct EditPage {
    page: Page,
    url: String,
    key: Key,
    form: EditForm,
    errors: FieldErrors,
    groups: Vec<ScopeGroupChoice>,
    expiries: Vec<ExpiryChoice>,
}

/// `GET …/keys/{key}/edit`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let key = keys::find(&app, page.ring.manage_keys()?.read(), key.0).await?;
    keys::refuse_frozen(&key)?;
    let form = EditForm {
        name: key.name.clone(),
        scopes: key.scopes.clone(),
        expiry: if key.expires_at.is_some() { "date" } else { "never" }.to_owned(),
        expires_at: key.expires_at.map(|at| at.iso_day()).unwrap_or_default(),
        webhook_url: key.webhook_url.clone().unwrap_or_default(),
    };
    render(&app, &page, StatusCode::OK, key, form, FieldErrors::default())
}

/// `POST …/keys/{key}/edit`
pub async fn submit(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<EditForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let key = keys::find(&app, proof.read(), key.0).await?;
    let form = form.0;
    let edit = Edit {
        name: Some(form.name.clone()),
        scopes: is_by_scopes(&app, &key).then(|| form.scopes.clone()),
        expiry: Some((form.expiry.clone(), picked_date(&key, &form))),
        webhook_url: Some(form.webhook_url.clone()),
        enabled: None,
    };
    match keys::edit(&app, proof, key.id, edit).await {
        Ok(edited) => {
            let flash = if edited.version == key.version {
                Flash::note("Nothing was changed.")
            } else {
                Flash::good("The changes are saved, and true from the next request on.")
            };
            Ok(page::redirect_with(&app, &page.key_url(key.id), &flash))
        }
        Err(AppError::Invalid(errors)) => render(&app, &page, StatusCode::UNPROCESSABLE_ENTITY, key, form, errors),
        Err(other) => Err(other),
    }
}

/// The date that counts. The form comes with the present one filled in: who then chooses a preset and leaves the date
/// alone means the preset.
fn picked_date(key: &Key, form: &EditForm) -> String {
    let is_untouched = key.expires_at.is_some_and(|at| at.iso_day() == form.expires_at.trim());
    if is_untouched && form.expiry != "date" && !form.expiry.is_empty() {
        String::new()
    } else {
        form.expires_at.clone()
    }
}

fn is_by_scopes(app: &App, key: &Key) -> bool {
    let key_type = app.profile.key_type(&key.type_id);
    key_type.is_some_and(|key_type| key_type.access == Access::Scopes)
}

fn render(
    app: &App,
    page: &KeysPage,
    status: StatusCode,
    key: Key,
    form: EditForm,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let template = EditPage {
        page: page.page(app),
        url: page.key_url(key.id),
        groups: if is_by_scopes(app, &key) {
            choices::scopes(app, &form.scopes)
        } else {
            Vec::new()
        },
        expiries: choices::expiries(app, &form.expiry),
        key,
        form,
        errors,
    };
    page::html(status, &template)
}
