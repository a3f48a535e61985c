//! `…/embed/disablement`: the page that asks before embed mode is disabled.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::{App, embed};
use crate::error::Result;
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "embed/disablement.html")]
struct DisablePage {
    page: Page,
    url: String,
}

/// `GET …/embed/disablement`
pub async fn ask(app: Data<App>, page: KeysPage) -> Result<HttpResponse> {
    let partner = embed::find(&app, page.ring.manage_keys()?.read()).await?;
    if partner.is_none_or(|partner| partner.enabled_at.is_none()) {
        return Ok(page::redirect(&page.embed_url()));
    }
    page::ok(&DisablePage {
        page: super::context(&app, &page),
        url: page.embed_url(),
    })
}

/// `POST …/embed/disablement`
pub async fn submit(app: Data<App>, page: KeysPage, _: Form<Button>) -> Result<HttpResponse> {
    embed::disable(&app, page.ring.manage_keys()?).await?;
    let flash = Flash::good("Embed mode is disabled. No session is minted, and none is good any more.");
    Ok(page::redirect_with(&app, &page.embed_url(), &flash))
}
