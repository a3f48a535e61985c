//! `…/embed/reveal`: the one view of the signing key.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::{App, embed};
use crate::error::Result;
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::ticket;
use crate::web::page;
use crate::web::shown_once::{self, Secret};

const SIGNING_KEY: Secret = Secret {
    called: "embed signing key",
    id: "embed-signing-key",
    purpose: "Your server proves with it that it may mint sessions.",
    variable: "EMBED_SIGNING_KEY",
    rotated_at: "signing-key",
    rotate: "Rotate the key",
    back: "Open Embed",
};

/// `GET …/embed/reveal`
pub async fn show(app: Data<App>, page: KeysPage, request: HttpRequest) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    if let Some(refused) = shown_once::not_ahead(&request) {
        return Ok(refused);
    }
    let shown = embed::view(&app, proof, ticket::opener(&app, &request).as_ref()).await?;
    let (context, url) = (super::context(&app, &page), page.embed_url());
    let person = &page.workspace.person;
    shown_once::page(&app, &request, person, context, &url, &SIGNING_KEY, &shown)
}

/// `HEAD …/embed/reveal`
pub async fn head(page: KeysPage) -> Result<HttpResponse> {
    page.ring.manage_keys()?;
    Ok(shown_once::head())
}

/// `POST …/embed/reveal/acknowledgement`: “I have stored it.”
pub async fn acknowledge(app: Data<App>, page: KeysPage, _: Form<Button>) -> Result<HttpResponse> {
    page.ring.manage_keys()?;
    let flash = Flash::good("The embed signing key will not be shown again.");
    Ok(page::redirect_with(&app, &page.embed_url(), &flash))
}
