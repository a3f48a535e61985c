//! Pages about usage: of a workspace, of the keys that belong together, and of one key; each with a table for programs beside it.

mod query;
mod show;
mod table;
mod words;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::usage::report::{self, Whose};
use crate::domain::{App, keys};
use crate::error::Result;
use crate::web::extract::{KeyPath, KeysPage, WorkspacePage};
use query::Query;

/// `GET /w/{workspace}/usage`
pub async fn workspace(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    let query = Query::of(&app, &request);
    show::answer(
        &app,
        show::About::workspace(&app, &workspace),
        Whose::Workspace(&workspace.standing),
        &query,
    )
    .await
}

/// `GET /w/{workspace}/usage.csv`
pub async fn workspace_table(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    let query = Query::of(&app, &request);
    let report = report::report(&app, Whose::Workspace(&workspace.standing), query.range).await?;
    Ok(table::answer(&report, &query, &workspace.standing.workspace.slug))
}

/// `GET /w/{workspace}/p/{project}/usage`
pub async fn ring(app: Data<App>, page: KeysPage, request: HttpRequest) -> Result<HttpResponse> {
    let query = Query::of(&app, &request);
    show::answer(
        &app,
        show::About::ring(&app, &page),
        Whose::Ring(page.ring.read_keys()),
        &query,
    )
    .await
}

/// `GET /w/{workspace}/p/{project}/usage.csv`
pub async fn ring_table(app: Data<App>, page: KeysPage, request: HttpRequest) -> Result<HttpResponse> {
    let query = Query::of(&app, &request);
    let report = report::report(&app, Whose::Ring(page.ring.read_keys()), query.range).await?;
    let project = page.ring.project.as_ref().map_or("keys", |project| &project.slug);
    let name = format!("{}-{project}", page.workspace.standing.workspace.slug);
    Ok(table::answer(&report, &query, &name))
}

/// `GET …/keys/{key}/usage`
pub async fn key(app: Data<App>, page: KeysPage, key: KeyPath, request: HttpRequest) -> Result<HttpResponse> {
    // A key has one environment.
    let query = Query::of(&app, &request).with_environment(None);
    let proof = page.ring.read_keys();
    let key = keys::find(&app, proof, key.0).await?;
    show::answer(
        &app,
        show::About::key(&app, &page, &key),
        Whose::Key(proof, &key),
        &query,
    )
    .await
}

/// `GET …/keys/{key}/usage.csv`
pub async fn key_table(app: Data<App>, page: KeysPage, key: KeyPath, request: HttpRequest) -> Result<HttpResponse> {
    let query = Query::of(&app, &request).with_environment(None);
    let proof = page.ring.read_keys();
    let key = keys::find(&app, proof, key.0).await?;
    let report = report::report(&app, Whose::Key(proof, &key), query.range).await?;
    Ok(table::answer(&report, &query, &key.id.to_string()))
}
