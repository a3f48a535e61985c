//! The form of the endpoint: setting it, which reveals its secret, and changing it.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::{Deserialize, Serialize};

use crate::domain::App;
use crate::domain::webhooks::own::{self, Input};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::webhook::CustomerEvent;
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::keys::ticket;
use crate::web::meanwhile::{self, Meanwhile};
use crate::web::page::{self, Page};

/// What the form asks.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub struct EndpointForm {
    url: String,
    events: Vec<String>,
    #[serde(skip_serializing)]
    nonce: String,
    /// What was on the page when it was opened; see [`own::seen`].
    #[serde(skip_serializing)]
    seen: String,
}

#[derive(Template)]
#[template(path = "workspaces/webhooks/form.html")]
struct FormPage {
    page: Page,
    url: String,
    /// There is none yet.
    is_new: bool,
    form: EndpointForm,
    errors: FieldErrors,
    meanwhile: Meanwhile,
    events: Vec<Choice>,
}

struct Choice {
    word: &'static str,
    meaning: &'static str,
    checked: bool,
}

/// `GET …/webhooks/new`
pub async fn new(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    workspace.standing.manage_workspace()?;
    workspace.person.require_fresh(&app)?;
    if own::find(&app, &workspace.standing).await?.is_some() {
        return Ok(page::redirect(&super::url(&app, &workspace)));
    }
    let typed: EndpointForm = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let events = if typed.events.is_empty() {
        offered(&app).map(|event| event.as_str().to_owned()).collect()
    } else {
        typed.events
    };
    let form = EndpointForm {
        url: typed.url,
        events,
        nonce: ticket::fresh_nonce(&app),
        seen: String::new(),
    };
    render(&app, &workspace, StatusCode::OK, true, form, FieldErrors::default())
}

/// `POST …/webhooks`
pub async fn create(app: Data<App>, workspace: WorkspacePage, form: Form<EndpointForm>) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_workspace()?;
    let form = form.0;
    let url = super::url(&app, &workspace);
    if workspace.person.require_fresh(&app).is_err() {
        return Ok(confirm_password_first(&url, &form));
    }
    let ticket = ticket::read_of(&workspace.person, &form.nonce)?;
    match own::create(&app, proof, &input(&form), &ticket).await {
        Ok(()) => Ok(ticket::redirect_to(&app, format!("{url}/reveal"), &ticket)),
        Err(AppError::Invalid(errors)) => {
            render(&app, &workspace, StatusCode::UNPROCESSABLE_ENTITY, true, form, errors)
        }
        Err(other) => Err(other),
    }
}

/// `GET …/webhooks/edit`
pub async fn edit(app: Data<App>, workspace: WorkspacePage) -> Result<HttpResponse> {
    workspace.standing.manage_workspace()?;
    let endpoint = super::endpoint(&app, &workspace).await?;
    let form = EndpointForm {
        seen: own::seen(&endpoint),
        url: endpoint.url,
        events: endpoint.event_types.unwrap_or_default(),
        nonce: String::new(),
    };
    render(&app, &workspace, StatusCode::OK, false, form, FieldErrors::default())
}

/// `POST …/webhooks/edit`
pub async fn change(app: Data<App>, workspace: WorkspacePage, form: Form<EndpointForm>) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_workspace()?;
    let form = form.0;
    match own::change(&app, proof, &input(&form), meanwhile::known(&form.seen)).await {
        Ok(()) => {
            let url = super::url(&app, &workspace);
            Ok(page::redirect_with(&app, &url, &Flash::good("Saved.")))
        }
        Err(AppError::Invalid(errors)) => {
            render(&app, &workspace, StatusCode::UNPROCESSABLE_ENTITY, false, form, errors)
        }
        Err(AppError::Overtaken) => overtaken(&app, &workspace, form).await,
        Err(other) => Err(other),
    }
}

async fn overtaken(app: &App, workspace: &WorkspacePage, mut form: EndpointForm) -> Result<HttpResponse> {
    let saved = super::endpoint(app, workspace).await?;
    form.seen = own::seen(&saved);
    let typed = CustomerEvent::parse_choice(&form.events).unwrap_or_default();
    let typed: Vec<_> = typed.iter().map(|event| event.as_str()).collect();
    let fields = [
        ("URL", saved.url, form.url.trim().to_owned()),
        (
            "Events",
            saved.event_types.unwrap_or_default().join(", "),
            typed.join(", "),
        ),
    ];
    let mut answer = form_page(app, workspace, false, form, FieldErrors::default());
    answer.meanwhile = Meanwhile::of("endpoint", format!("{}/edit", answer.url), fields);
    page::html(StatusCode::CONFLICT, &answer)
}

fn input(form: &EndpointForm) -> Input {
    Input {
        url: form.url.clone(),
        events: form.events.clone(),
    }
}

/// What was typed comes back with the form.
fn confirm_password_first(url: &str, form: &EndpointForm) -> HttpResponse {
    let typed = serde_html_form::to_string(form).unwrap_or_default();
    let next = format!("{url}/new?{typed}");
    let query = serde_html_form::to_string([("next", next)]).unwrap_or_default();
    page::redirect(&format!("/confirm-password?{query}"))
}

/// What can happen here: without credits, they cannot run low.
fn offered(app: &App) -> impl Iterator<Item = CustomerEvent> {
    let has_credits = app.profile.credits.is_some();
    let happens = move |event: &CustomerEvent| has_credits || *event != CustomerEvent::CreditsLow;
    CustomerEvent::ALL.into_iter().filter(happens)
}

fn render(
    app: &App,
    workspace: &WorkspacePage,
    status: StatusCode,
    is_new: bool,
    form: EndpointForm,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    page::html(status, &form_page(app, workspace, is_new, form, errors))
}

fn form_page(app: &App, workspace: &WorkspacePage, is_new: bool, form: EndpointForm, errors: FieldErrors) -> FormPage {
    let choice = |event: CustomerEvent| Choice {
        word: event.as_str(),
        meaning: event.meaning(),
        checked: form.events.iter().any(|word| word == event.as_str()),
    };
    FormPage {
        page: super::context(app, workspace),
        url: super::url(app, workspace),
        is_new,
        events: offered(app).map(choice).collect(),
        form,
        errors,
        meanwhile: Meanwhile::default(),
    }
}
