//! `…/embed/reveal`: the one view of the signing key; the same rules as for a key's text.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::domain::shown_once::Shown;
use crate::domain::{App, embed};
use crate::error::Result;
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::{snippets, ticket};
use crate::web::page::{self, Page};
use crate::web::shown_once;

#[derive(Template)]
#[template(path = "embed/reveal.html")]
struct RevealPage<'a> {
    page: Page,
    url: String,
    /// The key, and its line for a `.env` file.
    secret: Option<(&'a str, String)>,
    /// Something waits, but for another browser.
    is_elsewhere: bool,
}

/// `GET …/embed/reveal`
pub async fn show(app: Data<App>, page: KeysPage, request: HttpRequest) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    if let Some(refused) = shown_once::not_ahead(&request) {
        return Ok(refused);
    }
    let shown = embed::view(&app, proof, ticket::opener(&app, &request).as_ref()).await?;
    shown_once::renew(&page.workspace.person, &shown)?;
    let secret = match &shown {
        Shown::Now(key) => {
            let text = key.expose_secret();
            Some((
                text,
                format!("{}={text}", snippets::variable(&app, "EMBED_SIGNING_KEY")),
            ))
        }
        Shown::Elsewhere | Shown::Over => None,
    };
    let url = page.embed_url();
    let response = page::ok(&RevealPage {
        page: super::context(&app, &page),
        url: url.clone(),
        secret,
        is_elsewhere: matches!(shown, Shown::Elsewhere),
    })?;
    Ok(shown_once::dress(
        &app,
        &request,
        response,
        &shown,
        format!("{url}/reveal"),
    ))
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
