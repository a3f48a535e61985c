//! `/w/{workspace}/webhooks`: where the workspace is told what happens to its keys. (`/w/{workspace}/events` where keys hang on the
//! workspace itself.) A file a page, and one for the buttons.

pub mod delivery;
pub mod reveal;
pub mod save;
pub mod secret;
pub mod show;
pub mod switch;

use crate::domain::App;
use crate::domain::webhooks::own;
use crate::error::{AppError, Result};
use crate::model::webhook::Endpoint;
use crate::web::extract::WorkspacePage;
use crate::web::page::Page;

/// `/w/acme/webhooks`
fn url(app: &App, workspace: &WorkspacePage) -> String {
    format!("{}/{}", workspace.url(), own::page(app))
}

fn context(app: &App, workspace: &WorkspacePage) -> Page {
    workspace.page(app, "events")
}

/// The endpoint; not found when there is none.
async fn endpoint(app: &App, workspace: &WorkspacePage) -> Result<Endpoint> {
    own::find(app, &workspace.standing).await?.ok_or(AppError::NotFound)
}
