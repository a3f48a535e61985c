//! `…/webhooks/reveal`: the one view of the endpoint's signing secret.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::App;
use crate::domain::webhooks::own;
use crate::error::Result;
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::ticket;
use crate::web::page;
use crate::web::shown_once::{self, Secret};

const SIGNING_SECRET: Secret = Secret {
    called: "signing secret",
    id: "signing-secret",
    purpose: "Your server checks with it that an event comes from us.",
    variable: "WORKSPACE_WEBHOOK_SECRET",
    rotated_at: "signing-secret",
    rotate: "Rotate the secret",
    back: "Open the endpoint",
};

/// `GET …/webhooks/reveal`
pub async fn show(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_workspace()?;
    if let Some(refused) = shown_once::not_ahead(&request) {
        return Ok(refused);
    }
    let shown = own::view(&app, proof, ticket::opener(&app, &request).as_ref()).await?;
    let (context, url) = (super::context(&app, &workspace), super::url(&app, &workspace));
    let person = &workspace.person;
    shown_once::page(&app, &request, person, context, &url, &SIGNING_SECRET, &shown)
}

/// `HEAD …/webhooks/reveal`
pub async fn head(app: Data<App>, workspace: WorkspacePage) -> Result<HttpResponse> {
    workspace.standing.manage_workspace()?;
    super::endpoint(&app, &workspace).await?;
    Ok(shown_once::head())
}

/// `POST …/webhooks/reveal/acknowledgement`: “I have stored it.”
pub async fn acknowledge(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    workspace.standing.manage_workspace()?;
    super::endpoint(&app, &workspace).await?;
    let flash = Flash::good(
        "The signing secret will not be shown again. Send a test event to see that your server believes it.",
    );
    Ok(page::redirect_with(&app, &super::url(&app, &workspace), &flash))
}
