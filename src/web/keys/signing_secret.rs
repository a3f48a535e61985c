//! `…/keys/{key}/signing-secret`: a new signing secret; the key itself is untouched.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::keys;
use crate::error::{AppError, Result};
use crate::model::key::Key;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::form::Form;
use crate::web::keys::ticket;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RotateForm {
    nonce: String,
}

#[derive(Template)]
#[template(path = "keys/signing_secret.html")]
struct RotatePage {
    page: Page,
    url: String,
    key: Key,
    nonce: String,
}

/// `GET …/keys/{key}/signing-secret`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let key = keys::find(&app, page.ring.manage_keys()?.read(), key.0).await?;
    page.workspace.person.require_fresh(&app)?;
    keys::refuse_frozen(&key)?;
    if !key.has_signing_secret {
        return Err(AppError::Conflict("This type of key has no signing secret.".to_owned()));
    }
    page::ok(&RotatePage {
        page: page.page(&app),
        url: page.key_url(key.id),
        key,
        nonce: ticket::fresh_nonce(&app),
    })
}

/// `POST …/keys/{key}/signing-secret`
pub async fn submit(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<RotateForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    let ticket = ticket::read(&page, &form.0.nonce)?;
    keys::rotate_signing_secret(&app, proof, key.0, &ticket).await?;
    Ok(ticket::redirect_to_reveal(&app, &page, key.0, &ticket))
}
