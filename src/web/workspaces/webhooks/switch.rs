//! The endpoint's buttons: a test event, off, on; and the page that asks before it is removed.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::App;
use crate::domain::webhooks::own;
use crate::error::Result;
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "workspaces/webhooks/removal.html")]
struct RemovalPage {
    page: Page,
    url: String,
    endpoint_url: String,
    is_off: bool,
}

/// `POST …/webhooks/test-events`
pub async fn send_test(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    let delivery = own::send_test(&app, workspace.standing.manage_workspace()?).await?;
    let url = format!("{}/deliveries/{}", super::url(&app, &workspace), delivery.id);
    Ok(page::redirect(&url))
}

/// `POST …/webhooks/disablement`
pub async fn disable(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    own::switch_off(&app, workspace.standing.manage_workspace()?).await?;
    let flash = Flash::good("Switched off. What happens from now on is not told.");
    Ok(page::redirect_with(&app, &super::url(&app, &workspace), &flash))
}

/// `POST …/webhooks/enablement`
pub async fn enable(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    own::switch_on(&app, workspace.standing.manage_workspace()?).await?;
    let flash = Flash::good("Switched on.");
    Ok(page::redirect_with(&app, &super::url(&app, &workspace), &flash))
}

/// `GET …/webhooks/removal`
pub async fn ask(app: Data<App>, workspace: WorkspacePage) -> Result<HttpResponse> {
    workspace.standing.manage_workspace()?;
    let endpoint = super::endpoint(&app, &workspace).await?;
    page::ok(&RemovalPage {
        page: super::context(&app, &workspace),
        url: super::url(&app, &workspace),
        endpoint_url: endpoint.url,
        is_off: endpoint.off.is_some(),
    })
}

/// `POST …/webhooks/removal`
pub async fn remove(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    own::remove(&app, workspace.standing.manage_workspace()?).await?;
    let flash = Flash::good("Removed. Its signing secret is gone too.");
    Ok(page::redirect_with(&app, &super::url(&app, &workspace), &flash))
}
