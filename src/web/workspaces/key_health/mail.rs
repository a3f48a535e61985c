//! The mail about it: asked for and ended on the page, or ended by the link in it, which needs no session.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::key_health::mail;
use crate::error::Result;
use crate::web::extract::{Visitor, WorkspacePage};
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page::{self, Page};

/// What the link carries.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Link {
    token: String,
}

#[derive(Template)]
#[template(path = "workspaces/key_health_mail.html")]
struct LinkPage {
    page: Page,
    token: String,
    /// The workspace that the mails are about; nothing, when there are none any more.
    workspace: Option<String>,
}

/// `POST /w/{workspace}/key-health/mail`
pub async fn ask_for(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    mail::set(&app, &workspace.standing, true).await?;
    let said = Flash::good("You get a mail on Mondays, when there is something to say.");
    Ok(page::redirect_with(
        &app,
        &format!("{}/key-health", workspace.url()),
        &said,
    ))
}

/// `POST /w/{workspace}/key-health/mail/removal`
pub async fn end(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    mail::set(&app, &workspace.standing, false).await?;
    let said = Flash::good("You get no more mails about the health of keys here.");
    Ok(page::redirect_with(
        &app,
        &format!("{}/key-health", workspace.url()),
        &said,
    ))
}

/// `GET /key-health-mail?token=…`: a page with a button, because programs that check mails follow links but press nothing.
pub async fn show(app: Data<App>, visitor: Visitor, link: Query<Link>) -> Result<HttpResponse> {
    let token = link.into_inner().token;
    page::ok(&LinkPage {
        page: visitor.page(&app, ""),
        workspace: mail::by_link(&app, &token).await?,
        token,
    })
}

/// `POST /key-health-mail`
pub async fn submit(app: Data<App>, visitor: Visitor, form: Form<Link>) -> Result<HttpResponse> {
    mail::end_by_link(&app, &form.0.token).await?;
    page::ok(&LinkPage {
        page: visitor.page(&app, ""),
        workspace: None,
        token: String::new(),
    })
}
