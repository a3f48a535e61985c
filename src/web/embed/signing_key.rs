//! `…/embed/signing-key`: a new signing key.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, embed};
use crate::error::{AppError, Result};
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::keys::ticket;
use crate::web::meanwhile;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RotateForm {
    nonce: String,
    /// Which key this is about; see [`embed::seen`].
    seen: String,
}

#[derive(Template)]
#[template(path = "embed/signing_key.html")]
struct RotatePage {
    page: Page,
    url: String,
    form: RotateForm,
    /// Somebody else was faster.
    is_overtaken: bool,
}

/// `GET …/embed/signing-key`
pub async fn show(app: Data<App>, page: KeysPage) -> Result<HttpResponse> {
    page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    render(&app, &page, StatusCode::OK, ticket::fresh_nonce(&app)).await
}

/// `POST …/embed/signing-key`
pub async fn submit(app: Data<App>, page: KeysPage, form: Form<RotateForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    let form = form.0;
    let ticket = ticket::read_of(&page.workspace.person, &form.nonce)?;
    match embed::rotate(&app, proof, &ticket, meanwhile::known(&form.seen)).await {
        Ok(true) => Ok(ticket::redirect_to(
            &app,
            format!("{}/reveal", page.embed_url()),
            &ticket,
        )),
        Ok(false) => {
            let flash = Flash::note("Embed mode is not enabled: there is no signing key to rotate.");
            Ok(page::redirect_with(&app, &page.embed_url(), &flash))
        }
        Err(AppError::Overtaken) => render(&app, &page, StatusCode::CONFLICT, form.nonce).await,
        Err(other) => Err(other),
    }
}

async fn render(app: &App, page: &KeysPage, status: StatusCode, nonce: String) -> Result<HttpResponse> {
    let partner = embed::find(app, page.ring.read_keys()).await?;
    let Some(partner) = partner.filter(|partner| partner.enabled_at.is_some()) else {
        return Ok(page::redirect(&page.embed_url()));
    };
    let template = RotatePage {
        page: super::context(app, page),
        url: page.embed_url(),
        form: RotateForm {
            nonce,
            seen: embed::seen(&partner),
        },
        is_overtaken: status == StatusCode::CONFLICT,
    };
    page::html(status, &template)
}
