//! `…/inbound/{inbound}/reveal`: the one view of a token; the same rules as for a key's text.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::domain::shown_once::Shown;
use crate::domain::{App, inbound};
use crate::error::Result;
use crate::model::inbound::InboundToken;
use crate::web::extract::{InboundPath, KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::{snippets, ticket};
use crate::web::page::{self, Page};
use crate::web::shown_once;

#[derive(Template)]
#[template(path = "inbound/reveal.html")]
struct RevealPage<'a> {
    page: Page,
    /// The tokens of the key.
    url: String,
    token: InboundToken,
    /// The text, and the address that it makes.
    secret: Option<(&'a str, String)>,
    /// Something waits, but for another browser.
    is_elsewhere: bool,
}

/// `GET …/inbound/{inbound}/reveal`
pub async fn show(
    app: Data<App>,
    page: KeysPage,
    key: KeyPath,
    id: InboundPath,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    if let Some(refused) = shown_once::not_ahead(&request) {
        return Ok(refused);
    }
    let opener = ticket::opener(&app, &request);
    let (token, shown) = inbound::view(&app, proof, key.0, id.0, opener.as_ref()).await?;
    shown_once::renew(&page.workspace.person, matches!(shown, Shown::Now(_)))?;
    let is_elsewhere = matches!(shown, Shown::Elsewhere);
    let secret = match &shown {
        Shown::Now(text) => {
            let text = text.expose_secret();
            Some((text, snippets::address(&app, &format!("/inbound/{text}"))))
        }
        Shown::Elsewhere | Shown::Over => None,
    };
    let url = page.inbound_url(key.0);
    let response = page::ok(&RevealPage {
        page: page.page(&app),
        url: url.clone(),
        token,
        secret,
        is_elsewhere,
    })?;
    let own = format!("{url}/{}/reveal", id.0);
    Ok(shown_once::dress(&app, &request, response, is_elsewhere, own))
}

/// `HEAD …/inbound/{inbound}/reveal`
pub async fn head(app: Data<App>, page: KeysPage, key: KeyPath, id: InboundPath) -> Result<HttpResponse> {
    inbound::find(&app, page.ring.manage_keys()?.read(), key.0, id.0).await?;
    Ok(shown_once::head())
}

/// `POST …/inbound/{inbound}/reveal/acknowledgement`: “I have stored it.”
pub async fn acknowledge(
    app: Data<App>,
    page: KeysPage,
    key: KeyPath,
    id: InboundPath,
    _: Form<Button>,
) -> Result<HttpResponse> {
    inbound::find(&app, page.ring.manage_keys()?.read(), key.0, id.0).await?;
    let flash = Flash::good("The token will not be shown again.");
    Ok(page::redirect_with(&app, &page.inbound_url(key.0), &flash))
}
