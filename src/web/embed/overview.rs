//! What embed mode is for, whether it is on, and its keys; enabling it, which reveals the signing key.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, embed};
use crate::error::Result;
use crate::model::role::Deed;
use crate::model::timestamp::{Timestamp, plural};
use crate::web::embed::snippets::Mint;
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::keys::ticket;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EnableForm {
    nonce: String,
}

#[derive(Template)]
#[template(path = "embed/overview.html")]
struct OverviewPage {
    page: Page,
    url: String,
    /// `project` or `workspace`
    owner: &'static str,
    nonce: String,
    may_manage: bool,
    suspended_at: Option<Timestamp>,
    on: Option<On>,
    /// `60 minutes`
    session_lives: String,
}

struct On {
    publishable_key: String,
    since: Timestamp,
    rotated_at: Timestamp,
    mint: Mint,
}

/// `GET …/embed`
pub async fn show(app: Data<App>, page: KeysPage) -> Result<HttpResponse> {
    let partner = embed::find(&app, page.ring.read_keys()).await?;
    let suspended_at = partner.as_ref().and_then(|partner| partner.suspended_at);
    let on = partner.and_then(|partner| {
        let publishable_key = partner.publishable_key?;
        let since = partner.enabled_at?;
        Some(On {
            mint: Mint::session(&app, &publishable_key),
            publishable_key,
            since,
            rotated_at: partner.rotated_at.unwrap_or(since),
        })
    });
    let minutes = app.profile.embed.as_ref().map_or(0, |embed| embed.session_minutes);
    page::ok(&OverviewPage {
        page: super::context(&app, &page),
        url: page.embed_url(),
        owner: if page.ring.project.is_some() {
            "project"
        } else {
            "workspace"
        },
        nonce: ticket::fresh_nonce(&app),
        may_manage: page.workspace.standing.may(Deed::ManageKeys),
        suspended_at,
        on,
        session_lives: plural(i64::from(minutes), "minute"),
    })
}

/// `POST …/embed`
pub async fn enable(app: Data<App>, page: KeysPage, form: Form<EnableForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    let ticket = ticket::read_of(&page.workspace.person, &form.0.nonce)?;
    if embed::enable(&app, proof, &ticket).await? {
        return Ok(ticket::redirect_to(
            &app,
            format!("{}/reveal", page.embed_url()),
            &ticket,
        ));
    }
    let flash = Flash::note("Embed mode is enabled already. If nobody has the signing key, rotate it.");
    Ok(page::redirect_with(&app, &page.embed_url(), &flash))
}
