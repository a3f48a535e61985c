//! `/w/{workspace}/projects/new`: a name is all a project needs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, projects};
use crate::error::{AppError, FieldErrors, Result};
use crate::profile::KeyOwner;
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{self, Page};

/// What the form asks, and where to go afterwards when it stands on another page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewProject {
    name: String,
    next: String,
}

#[derive(Template)]
#[template(path = "projects/new.html")]
struct NewPage {
    page: Page,
    workspace_url: String,
    form: NewProject,
    errors: FieldErrors,
}

/// `GET /w/{workspace}/projects/new`
pub async fn show(app: Data<App>, workspace: WorkspacePage) -> Result<HttpResponse> {
    require_projects(&app)?;
    workspace.standing.manage_projects()?;
    page::ok(&new_page(
        &app,
        &workspace,
        NewProject::default(),
        FieldErrors::default(),
    ))
}

/// `POST /w/{workspace}/projects`
pub async fn submit(app: Data<App>, workspace: WorkspacePage, form: Form<NewProject>) -> Result<HttpResponse> {
    require_projects(&app)?;
    let form = form.0;
    let proof = workspace.standing.manage_projects()?;
    match projects::create(&app, proof, &form.name).await {
        Ok(project) => {
            let own = format!("{}/p/{}/keys", workspace.url(), project.slug);
            let next = workspace.person.visitor.way_on_or(&form.next, own);
            let flash = Flash::good(format!("The project {} is there.", project.name));
            Ok(page::redirect_with(&app, &next, &flash))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&new_page(&app, &workspace, form, errors)),
        Err(AppError::PlanLimit(why)) => {
            let errors = FieldErrors::one("", why);
            page::html(StatusCode::CONFLICT, &new_page(&app, &workspace, form, errors))
        }
        Err(other) => Err(other),
    }
}

fn new_page(app: &App, workspace: &WorkspacePage, form: NewProject, errors: FieldErrors) -> NewPage {
    NewPage {
        page: workspace.page(app, "projects"),
        workspace_url: workspace.url(),
        form,
        errors,
    }
}

/// Where keys hang on workspaces, there is nothing that a project could hold.
fn require_projects(app: &App) -> Result<()> {
    match app.profile.api.keys_belong_to {
        KeyOwner::Project => Ok(()),
        KeyOwner::Workspace => Err(AppError::NotFound),
    }
}
