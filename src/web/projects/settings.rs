//! `/w/{workspace}/p/{project}/settings`: its name.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, projects};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::access::Environment;
use crate::model::role::Deed;
use crate::model::timestamp::Timestamp;
use crate::profile::KeyOwner;
use crate::web::extract::ProjectPage;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::keys::stops;
use crate::web::meanwhile::{self, Meanwhile};
use crate::web::page::{self, Page};

/// What can be changed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    name: String,
    /// What was on the page when it was opened; see [`projects::seen`].
    seen: String,
}

#[derive(Template)]
#[template(path = "projects/settings.html")]
struct SettingsPage {
    page: Page,
    url: String,
    form: Settings,
    errors: FieldErrors,
    meanwhile: Meanwhile,
    may_change: bool,
    slug: String,
    id: String,
    /// Where it is said what is done with leaked keys, if keys are the project’s.
    leaked_keys: Option<String>,
    /// Where the keys of each environment are stopped, if keys are here and this person may.
    stops: Vec<(Environment, String)>,
    created_at: Timestamp,
}

/// `GET /w/{workspace}/p/{project}/settings`
pub async fn show(app: Data<App>, project: ProjectPage) -> Result<HttpResponse> {
    let form = Settings {
        name: project.project.name.clone(),
        seen: projects::seen(&project.project),
    };
    page::ok(&settings_page(&app, &project, form, FieldErrors::default()))
}

/// `POST /w/{workspace}/p/{project}/settings`
pub async fn submit(app: Data<App>, project: ProjectPage, form: Form<Settings>) -> Result<HttpResponse> {
    let proof = project.workspace.standing.manage_projects()?;
    let form = form.0;
    match projects::rename(&app, proof, &project.project, &form.name, meanwhile::known(&form.seen)).await {
        Ok(()) => {
            let url = format!("{}/settings", project.url());
            Ok(page::redirect_with(&app, &url, &Flash::good("Saved.")))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&settings_page(&app, &project, form, errors)),
        Err(AppError::Overtaken) => overtaken(&app, &project, form).await,
        Err(other) => Err(other),
    }
}

async fn overtaken(app: &App, project: &ProjectPage, mut form: Settings) -> Result<HttpResponse> {
    let saved = projects::find(app, &project.workspace.standing, &project.project.slug).await?;
    form.seen = projects::seen(&saved);
    let fields = [("Name", saved.name, form.name.trim().to_owned())];
    let mut answer = settings_page(app, project, form, FieldErrors::default());
    answer.meanwhile = Meanwhile::of("project", answer.url.clone(), fields);
    page::html(StatusCode::CONFLICT, &answer)
}

fn settings_page(app: &App, project: &ProjectPage, form: Settings, errors: FieldErrors) -> SettingsPage {
    SettingsPage {
        page: project.page(app, "settings"),
        url: format!("{}/settings", project.url()),
        form,
        errors,
        meanwhile: Meanwhile::default(),
        may_change: project.workspace.standing.may(Deed::ManageProjects),
        slug: project.project.slug.clone(),
        id: project.project.id.to_string(),
        leaked_keys: (app.profile.api.keys_belong_to == KeyOwner::Project)
            .then(|| format!("{}/leaked-keys", project.url())),
        stops: stops::links(app, KeyOwner::Project, &project.workspace.standing, &project.url()),
        created_at: project.project.created_at,
    }
}
