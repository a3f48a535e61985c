//! `/w/{workspace}/p/{project}/settings`: its name.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, projects};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::role::Deed;
use crate::model::timestamp::Timestamp;
use crate::web::extract::ProjectPage;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::page::{self, Page};

/// What can be changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    name: String,
}

#[derive(Template)]
#[template(path = "projects/settings.html")]
struct SettingsPage {
    page: Page,
    url: String,
    form: Settings,
    errors: FieldErrors,
    may_change: bool,
    slug: String,
    id: String,
    created_at: Timestamp,
}

/// `GET /w/{workspace}/p/{project}/settings`
pub async fn show(app: Data<App>, project: ProjectPage) -> Result<HttpResponse> {
    let form = Settings {
        name: project.project.name.clone(),
    };
    page::ok(&settings_page(&app, &project, form, FieldErrors::default()))
}

/// `POST /w/{workspace}/p/{project}/settings`
pub async fn submit(app: Data<App>, project: ProjectPage, form: Form<Settings>) -> Result<HttpResponse> {
    let proof = project.workspace.standing.manage_projects()?;
    match projects::rename(&app, proof, &project.project, &form.0.name).await {
        Ok(()) => {
            let url = format!("{}/settings", project.url());
            Ok(page::redirect_with(&app, &url, &Flash::good("Saved.")))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&settings_page(&app, &project, form.0, errors)),
        Err(other) => Err(other),
    }
}

fn settings_page(app: &App, project: &ProjectPage, form: Settings, errors: FieldErrors) -> SettingsPage {
    SettingsPage {
        page: project.page(app, "settings"),
        url: format!("{}/settings", project.url()),
        form,
        errors,
        may_change: project.workspace.standing.may(Deed::ManageProjects),
        slug: project.project.slug.clone(),
        id: project.project.id.to_string(),
        created_at: project.project.created_at,
    }
}
