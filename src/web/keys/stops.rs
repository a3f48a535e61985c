//! `…/stops/{environment}`: the page that asks before all keys of an environment are stopped, and the button that undoes it.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::access::Standing;
use crate::domain::stops::{self, Evidence};
use crate::domain::{App, pasted};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::access::Environment;
use crate::model::role::Deed;
use crate::model::stop::Stop;
use crate::profile::KeyOwner;
use crate::web::extract::KeysPage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::words;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct StopForm {
    why: String,
    /// What owns the keys, typed.
    name: String,
}

#[derive(Template)]
#[template(path = "keys/stop.html")]
struct StopPage {
    page: Page,
    url: String,
    cancel: String,
    environment: Environment,
    /// Of the project, or of the workspace.
    name: String,
    /// That they are stopped already.
    stop: Option<Stop>,
    evidence: Evidence,
    form: StopForm,
    errors: FieldErrors,
}

impl StopPage {
    fn active(&self) -> String {
        self.evidence
            .active
            .map_or_else(|| "Very many".to_owned(), |count| page::count(count, ["key", "keys"]))
    }
}

/// `GET …/stops/{environment}`
pub async fn show(app: Data<App>, page: KeysPage, request: HttpRequest) -> Result<HttpResponse> {
    page.ring.manage_keys()?;
    let environment = environment(&app, &request)?;
    let template = stop_page(&app, &page, environment, StopForm::default(), FieldErrors::default()).await?;
    page::ok(&template)
}

/// `POST …/stops/{environment}`
pub async fn submit(
    app: Data<App>,
    page: KeysPage,
    request: HttpRequest,
    form: Form<StopForm>,
) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let (environment, mut form) = (environment(&app, &request)?, form.0);
    let name = name(&page);
    let stopped = if form.name.trim() == name {
        stops::stop(&app, proof, environment, &form.why).await
    } else {
        Err(AppError::invalid(
            "name",
            format!("Type the name exactly as it is: {name}"),
        ))
    };
    match stopped {
        Ok(()) => {
            let text = format!("All {environment} keys of “{name}” are stopped. Requests with them are refused.");
            Ok(page::redirect_with(&app, &page.url(), &Flash::good(text)))
        }
        Err(AppError::Invalid(errors)) => {
            if pasted::holds_secret(&app.profile, &form.why) {
                form.why.clear();
            }
            page::unprocessable(&stop_page(&app, &page, environment, form, errors).await?)
        }
        Err(other) => Err(other),
    }
}

/// `POST …/stops/{environment}/removal`
pub async fn undo(app: Data<App>, page: KeysPage, request: HttpRequest, _: Form<Button>) -> Result<HttpResponse> {
    let (proof, environment) = (page.ring.manage_keys()?, environment(&app, &request)?);
    stops::undo(&app, proof, environment).await?;
    let text = format!(
        "The {environment} keys of “{}” work again, each as it did before.",
        name(&page)
    );
    Ok(page::redirect_with(&app, &page.url(), &Flash::good(text)))
}

/// Where the keys of each environment are stopped, for a page of what owns them; nothing for who may not.
pub fn links(app: &App, owner: KeyOwner, standing: &Standing, base: &str) -> Vec<(Environment, String)> {
    if app.profile.api.keys_belong_to != owner || !standing.may(Deed::ManageKeys) {
        return Vec::new();
    }
    let environments = app.profile.environments().into_iter();
    let link = |environment| (environment, format!("{base}/stops/{environment}"));
    environments.map(link).collect()
}

/// The one of the path, if this API has it.
fn environment(app: &App, request: &HttpRequest) -> Result<Environment> {
    let named = request.match_info().query("environment").parse();
    let named = named.map_err(|_| AppError::NotFound)?;
    let has = app.profile.environments().contains(&named);
    has.then_some(named).ok_or(AppError::NotFound)
}

fn name(page: &KeysPage) -> &str {
    let project = page.ring.project.as_ref();
    project.map_or(&page.ring.workspace.name, |project| &project.name)
}

async fn stop_page(
    app: &App,
    page: &KeysPage,
    environment: Environment,
    form: StopForm,
    errors: FieldErrors,
) -> Result<StopPage> {
    let stops = stops::of(&page.ring.workspace, page.ring.project.as_ref());
    Ok(StopPage {
        page: page.page_in(app, "settings"),
        url: format!("{}/stops/{environment}", page.base_url()),
        cancel: format!("{}/settings", page.base_url()),
        environment,
        name: name(page).to_owned(),
        stop: stops.of(environment).cloned(),
        evidence: stops::evidence(app, page.ring.read_keys(), environment).await?,
        form,
        errors,
    })
}
