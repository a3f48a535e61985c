//! `…/inbound/{inbound}/revocation`: the page that asks before a token is revoked.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::{App, inbound};
use crate::error::Result;
use crate::model::inbound::InboundToken;
use crate::web::extract::{InboundPath, KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "inbound/revocation.html")]
struct RevokePage {
    page: Page,
    /// The tokens of the key.
    url: String,
    token: InboundToken,
}

/// `GET …/inbound/{inbound}/revocation`
pub async fn ask(app: Data<App>, page: KeysPage, key: KeyPath, id: InboundPath) -> Result<HttpResponse> {
    let (_, token) = inbound::find(&app, page.ring.manage_keys()?.read(), key.0, id.0).await?;
    if token.revoked_at.is_some() {
        return Ok(page::redirect(&page.inbound_url(key.0)));
    }
    page::ok(&RevokePage {
        page: page.page(&app),
        url: page.inbound_url(key.0),
        token,
    })
}

/// `POST …/inbound/{inbound}/revocation`
pub async fn submit(
    app: Data<App>,
    page: KeysPage,
    key: KeyPath,
    id: InboundPath,
    _: Form<Button>,
) -> Result<HttpResponse> {
    inbound::revoke(&app, page.ring.manage_keys()?, key.0, id.0).await?;
    let text = format!(
        "Webhooks with that token are refused since {} UTC.",
        app.now().time_of_day()
    );
    Ok(page::redirect_with(&app, &page.inbound_url(key.0), &Flash::good(text)))
}
