//! `GET /staff/requests/{request}`: why a request was refused, for whoever has the customer on the phone. What a customer reads out
//! leads here from the desk's field.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::domain::App;
use crate::domain::refused_requests::{self, Found};
use crate::error::{AppError, Result};
use crate::model::request_id::RequestId;
use crate::web::extract::StaffPage;
use crate::web::page::{self, Page};
use crate::web::refusals::{self, Shown};

#[derive(Template)]
#[template(path = "staff/requests.html")]
struct RequestsPage {
    page: Page,
    id: String,
    lines: Vec<Line>,
}

struct Line {
    refused: Shown,
    /// The key, the page about it, and whom it belongs to.
    key: String,
    key_url: String,
    workspace: String,
    project: String,
}

/// The page. A request that is not on record is not refused, or too old, or none.
pub async fn show(app: Data<App>, desk: StaffPage, request: Path<String>) -> Result<HttpResponse> {
    let id = RequestId::parse(&request).ok_or(AppError::NotFound)?;
    let found = refused_requests::for_support(&app, &desk.staff, &id).await?;
    page::ok(&RequestsPage {
        page: desk.person.page(&app, "staff"),
        lines: found.into_iter().map(|found| line(&app, found)).collect(),
        id: id.to_string(),
    })
}

fn line(app: &App, found: Found) -> Line {
    let owned = found.key.as_ref();
    Line {
        key: owned.map(|owned| owned.key.called()).unwrap_or_default(),
        key_url: owned
            .map(|owned| format!("/staff/keys/{}", owned.key.id))
            .unwrap_or_default(),
        workspace: owned.map(|owned| owned.workspace.name.clone()).unwrap_or_default(),
        project: owned
            .and_then(|owned| Some(owned.project.as_ref()?.name.clone()))
            .unwrap_or_default(),
        refused: refusals::shown(app, found.request),
    }
}
