//! `/w/{workspace}/settings`: its name, its plan, and how much of the plan is used.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::workspaces;
use crate::error::{AppError, FieldErrors, Result};
use crate::model::access::Environment;
use crate::model::role::Deed;
use crate::profile::KeyOwner;
use crate::web::allowance;
use crate::web::extract::WorkspacePage;
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
    /// What was on the page when it was opened; see [`workspaces::seen`].
    seen: String,
}

#[derive(Template)]
#[template(path = "workspaces/settings.html")]
struct SettingsPage {
    page: Page,
    url: String,
    form: Settings,
    errors: FieldErrors,
    meanwhile: Meanwhile,
    may_change: bool,
    slug: String,
    id: String,
    /// Where it is said what is done with leaked keys, if keys are the workspace’s.
    leaked_keys: Option<String>,
    /// Where the keys of each environment are stopped, if keys are here and this person may.
    stops: Vec<(Environment, String)>,
    plan: String,
    /// What the plan counts: what, how much is used, how much there is.
    places: Vec<(String, String)>,
    /// What the plan lets keys do in a time.
    limits: Vec<(String, String)>,
}

/// `GET /w/{workspace}/settings`
pub async fn show(app: Data<App>, workspace: WorkspacePage) -> Result<HttpResponse> {
    let saved = &workspace.standing.workspace;
    let form = Settings {
        name: saved.name.clone(),
        seen: workspaces::seen(saved),
    };
    page::ok(&settings_page(&app, &workspace, form, FieldErrors::default()).await?)
}

/// `POST /w/{workspace}/settings`
pub async fn submit(app: Data<App>, workspace: WorkspacePage, form: Form<Settings>) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_workspace()?;
    let form = form.0;
    match workspaces::rename(&app, proof, &form.name, meanwhile::known(&form.seen)).await {
        Ok(()) => {
            let url = format!("{}/settings", workspace.url());
            Ok(page::redirect_with(&app, &url, &Flash::good("Saved.")))
        }
        Err(AppError::Invalid(errors)) => page::unprocessable(&settings_page(&app, &workspace, form, errors).await?),
        Err(AppError::Overtaken) => overtaken(&app, &workspace, form).await,
        Err(other) => Err(other),
    }
}

async fn overtaken(app: &App, workspace: &WorkspacePage, mut form: Settings) -> Result<HttpResponse> {
    let saved = workspaces::now(app, &workspace.standing).await?;
    form.seen = workspaces::seen(&saved);
    let fields = [("Name", saved.name, form.name.trim().to_owned())];
    let mut answer = settings_page(app, workspace, form, FieldErrors::default()).await?;
    answer.meanwhile = Meanwhile::of("workspace", answer.url.clone(), fields);
    page::html(StatusCode::CONFLICT, &answer)
}

async fn settings_page(
    app: &App,
    workspace: &WorkspacePage,
    form: Settings,
    errors: FieldErrors,
) -> Result<SettingsPage> {
    let standing = &workspace.standing;
    let allowance = workspaces::allowance(app, standing).await?;
    Ok(SettingsPage {
        page: workspace.page(app, "settings"),
        url: format!("{}/settings", workspace.url()),
        form,
        errors,
        meanwhile: Meanwhile::default(),
        may_change: standing.may(Deed::ManageWorkspace),
        slug: standing.workspace.slug.clone(),
        id: standing.workspace.id.to_string(),
        leaked_keys: (app.profile.api.keys_belong_to == KeyOwner::Workspace)
            .then(|| format!("{}/leaked-keys", workspace.url())),
        stops: stops::links(app, KeyOwner::Workspace, standing, &workspace.url()),
        plan: allowance.plan.label.clone(),
        places: allowance::places(app, &allowance),
        limits: allowance::limits(&allowance),
    })
}
