//! `…/embed/signing-key`: a new signing key.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, embed};
use crate::error::Result;
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::keys::ticket;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RotateForm {
    nonce: String,
}

#[derive(Template)]
#[template(path = "embed/signing_key.html")]
struct RotatePage {
    page: Page,
    url: String,
    nonce: String,
}

/// `GET …/embed/signing-key`
pub async fn show(app: Data<App>, page: KeysPage) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    let partner = embed::find(&app, proof.read()).await?;
    if partner.is_none_or(|partner| partner.enabled_at.is_none()) {
        return Ok(page::redirect(&page.embed_url()));
    }
    page::ok(&RotatePage {
        page: super::context(&app, &page),
        url: page.embed_url(),
        nonce: ticket::fresh_nonce(&app),
    })
}

/// `POST …/embed/signing-key`
pub async fn submit(app: Data<App>, page: KeysPage, form: Form<RotateForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    let ticket = ticket::read_of(&page.workspace.person, &form.0.nonce)?;
    if embed::rotate(&app, proof, &ticket).await? {
        return Ok(ticket::redirect_to(
            &app,
            format!("{}/reveal", page.embed_url()),
            &ticket,
        ));
    }
    let flash = Flash::note("Embed mode is not enabled: there is no signing key to rotate.");
    Ok(page::redirect_with(&app, &page.embed_url(), &flash))
}
