//! `GET /w/{workspace}/p/{project}`: a project is its keys.

use actix_web::HttpResponse;

use crate::error::Result;
use crate::web::extract::ProjectPage;
use crate::web::page;

/// Leads on to the keys.
pub async fn show(project: ProjectPage) -> Result<HttpResponse> {
    Ok(page::redirect(&format!("{}/keys", project.url())))
}
