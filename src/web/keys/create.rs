//! `/w/{workspace}/p/{project}/keys/new`: the form of a new key, what a link can fill into it, and what it makes.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::keys::{self, NewKeyInput};
use crate::domain::{App, access::ManageKeys};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::address_list::AddressList;
use crate::model::expiry::{self, PRESET_DAYS};
use crate::model::name::LONGEST_NAME;
use crate::model::timestamp::DAY;
use crate::profile::{Access, KeyTemplate};
use crate::web::errors;
use crate::web::extract::KeysPage;
use crate::web::form::Form;
use crate::web::keys::choices::{self, EnvironmentChoice, ExpiryChoice, ScopeGroupChoice, TypeChoice};
use crate::web::keys::{ticket, words};
use crate::web::page::{self, Page};
use crate::web::webhooks::{self, words::Outcome};

/// What a form offers when nothing else was asked for.
const USUAL_EXPIRY: &str = "90";

/// How much of a list of addresses a link fills in, in characters.
const LONGEST_LIST: usize = 2_000;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewKeyForm {
    nonce: String,
    name: String,
    #[serde(rename = "type")]
    type_id: String,
    environment: String,
    scopes: Vec<String>,
    allowed_addresses: String,
    expiry: String,
    expires_at: String,
    pub(super) webhook_url: String,
}

/// What a link fills in: `?template=ci&name=…&scope=…&scope=…&environment=test`. It sends nothing by itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Prefill {
    template: Vec<String>,
    name: Vec<String>,
    #[serde(rename = "type")]
    type_id: Vec<String>,
    environment: Vec<String>,
    #[serde(alias = "scopes")]
    scope: Vec<String>,
    allowed_addresses: Vec<String>,
    expiry: Vec<String>,
    expires_at: Vec<String>,
}

#[derive(Template)]
#[template(path = "keys/new.html")]
struct NewPage {
    page: Page,
    list_url: String,
    /// Whether a key here can have a webhook URL.
    has_webhooks: bool,
    form: NewKeyForm,
    errors: FieldErrors,
    /// What came of a test event to the webhook URL.
    tried: Option<Outcome>,
    templates: Vec<TemplateLink>,
    types: Vec<TypeChoice>,
    environments: Vec<EnvironmentChoice>,
    groups: Vec<ScopeGroupChoice>,
    expiries: Vec<ExpiryChoice>,
    first_day: String,
    your_address: String,
    summary: Summary,
}

struct TemplateLink {
    id: String,
    label: String,
    description: String,
    is_current: bool,
}

/// What the form says, in words; a script keeps it up to date.
struct Summary {
    type_label: String,
    environment: &'static str,
    environment_label: &'static str,
    may: String,
    expires: String,
}

/// `GET …/keys/new`
pub async fn show(app: Data<App>, page: KeysPage, request: HttpRequest) -> Result<HttpResponse> {
    page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    let prefill: Prefill = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let template = chosen_template(&app, &prefill);
    let form = filled_in(&app, &prefill, template);
    let template = template.map_or("", |template| template.id.as_str()).to_owned();
    let said = Said {
        template,
        ..Said::default()
    };
    render(&app, &page, StatusCode::OK, form, said).await
}

/// `POST …/keys`
pub async fn submit(app: Data<App>, page: KeysPage, form: Form<NewKeyForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let form = form.0;
    if page.workspace.person.require_fresh(&app).is_err() {
        return Ok(confirm_password_first(&page, &form));
    }
    let ticket = ticket::read(&page, &form.nonce)?;
    match make(&app, proof, &form, &ticket).await {
        Ok(id) => Ok(ticket::redirect_to_reveal(&app, &page, id, &ticket)),
        Err(AppError::Invalid(errors)) => {
            render(&app, &page, StatusCode::UNPROCESSABLE_ENTITY, form, Said::wrong(errors)).await
        }
        Err(AppError::PlanLimit(why)) => {
            let errors = FieldErrors::one("type", why);
            render(&app, &page, StatusCode::CONFLICT, form, Said::wrong(errors)).await
        }
        Err(other) => Err(other),
    }
}

async fn make(
    app: &App,
    proof: ManageKeys<'_>,
    form: &NewKeyForm,
    ticket: &keys::Ticket,
) -> Result<crate::model::ids::KeyId> {
    let input = NewKeyInput {
        name: form.name.clone(),
        type_id: form.type_id.clone(),
        environment: form.environment.clone(),
        scopes: form.scopes.clone(),
        allowed_addresses: AddressList::entries(&form.allowed_addresses),
        expiry: form.expiry.clone(),
        expires_at: form.expires_at.clone(),
        webhook_url: form.webhook_url.clone(),
    };
    let new = input.check(app, proof)?;
    keys::issue_for_reveal(app, proof, new, ticket).await
}

/// What the form says beside what was typed.
#[derive(Default)]
pub(super) struct Said {
    errors: FieldErrors,
    /// What came of a test event to the webhook URL.
    tried: Option<Outcome>,
    /// The template it was filled in from.
    template: String,
}

impl Said {
    /// What is to be corrected.
    pub(super) fn wrong(errors: FieldErrors) -> Self {
        Self {
            errors,
            ..Self::default()
        }
    }

    /// What came of a test event.
    pub(super) fn tried(outcome: Outcome) -> Self {
        Self {
            tried: Some(outcome),
            ..Self::default()
        }
    }
}

/// The form, with everything that was typed.
pub(super) async fn render(
    app: &App,
    page: &KeysPage,
    status: StatusCode,
    form: NewKeyForm,
    said: Said,
) -> Result<HttpResponse> {
    let form = NewKeyForm {
        nonce: match form.nonce.as_str() {
            "" => ticket::fresh_nonce(app),
            _ => form.nonce,
        },
        ..form
    };
    let templates = app.profile.templates.iter().map(|known| TemplateLink {
        id: known.id.clone(),
        label: known.label.clone(),
        description: known.description.clone(),
        is_current: known.id == said.template,
    });
    let template = NewPage {
        page: page.page(app),
        list_url: page.url(),
        has_webhooks: webhooks::are_signed(&app.profile),
        templates: templates.collect(),
        types: choices::types(app, &page.ring.workspace, &form.type_id).await?,
        environments: choices::environments(app, &form.environment),
        groups: choices::scopes(app, &form.scopes),
        expiries: choices::expiries(app, &form.expiry),
        first_day: choices::first_day(app),
        your_address: page.workspace.person.visitor.address.clone(),
        summary: summary(app, &form),
        form,
        errors: said.errors,
        tried: said.tried,
    };
    page::html(status, &template)
}

fn chosen_template<'a>(app: &'a App, prefill: &Prefill) -> Option<&'a KeyTemplate> {
    let asked = prefill.template.first()?;
    app.profile.templates.iter().find(|template| template.id == *asked)
}

/// A template first, then what the link says besides. What does not exist here is left out.
fn filled_in(app: &App, prefill: &Prefill, template: Option<&KeyTemplate>) -> NewKeyForm {
    let first = |values: &Vec<String>| values.first().cloned().unwrap_or_default();
    let mut form = NewKeyForm {
        name: first(&prefill.name).chars().take(LONGEST_NAME).collect(),
        allowed_addresses: prefill
            .allowed_addresses
            .join("\n")
            .chars()
            .take(LONGEST_LIST)
            .collect(),
        expiry: USUAL_EXPIRY.to_owned(),
        ..NewKeyForm::default()
    };
    if let Some(template) = template {
        form.type_id = template.key_type.clone().unwrap_or_default();
        form.scopes.clone_from(&template.scopes);
        match template.expires_in_days {
            None => form.expiry = "never".to_owned(),
            Some(days) if PRESET_DAYS.contains(&days.into()) => form.expiry = days.to_string(),
            Some(days) => {
                form.expiry = "date".to_owned();
                form.expires_at = app.now().plus(i64::from(days) * DAY).iso_day();
            }
        }
    }
    let asked = prefill.scope.iter().flat_map(|scopes| scopes.split([',', ' ']));
    let asked: Vec<_> = asked
        .filter(|scope| app.profile.scope(scope).is_some())
        .map(ToOwned::to_owned)
        .collect();
    if !asked.is_empty() {
        form.scopes = asked;
    }
    if app.profile.key_type(&first(&prefill.type_id)).is_some() {
        form.type_id = first(&prefill.type_id);
    }
    if form.type_id.is_empty() {
        let by_scopes = !form.scopes.is_empty();
        let fits = |access: Access| !by_scopes || access == Access::Scopes;
        let fitting = app.profile.key_types.iter().find(|key_type| fits(key_type.access));
        form.type_id = fitting.map(|key_type| key_type.id.clone()).unwrap_or_default();
    }
    form.environment = environment(app, &form.type_id, &first(&prefill.environment));
    if let Some(at) = prefill.expires_at.first()
        && expiry::parse_date(at, app.now()).is_ok()
    {
        form.expiry = "date".to_owned();
        form.expires_at = at.chars().take("2027-01-31".len()).collect();
    } else if expiry::parse(&first(&prefill.expiry), "", app.now()).is_ok() && !prefill.expiry.is_empty() {
        form.expiry = first(&prefill.expiry);
        form.expires_at = String::new();
    }
    form
}

/// The environment asked for where the type has it; otherwise test, where a mistake costs nothing.
fn environment(app: &App, type_id: &str, asked: &str) -> String {
    let Some(key_type) = app.profile.key_type(type_id) else {
        return String::new();
    };
    let environments: Vec<_> = key_type
        .environments()
        .map(|environment| environment.as_str())
        .collect();
    let chosen = environments.iter().find(|environment| **environment == asked);
    chosen
        .or(environments.last())
        .map_or_else(String::new, |environment| (*environment).to_owned())
}

fn summary(app: &App, form: &NewKeyForm) -> Summary {
    let key_type = app.profile.key_type(&form.type_id);
    let environment = match form.environment.as_str() {
        "" => key_type.and_then(|key_type| key_type.environments().next()),
        chosen => chosen.parse().ok(),
    };
    let expires = match expiry::parse(&form.expiry, &form.expires_at, app.now()) {
        Ok(Some(at)) => at.day(),
        Ok(None) => "Never".to_owned(),
        Err(_) => String::new(),
    };
    Summary {
        type_label: key_type.map(|key_type| key_type.label.clone()).unwrap_or_default(),
        environment: environment.map_or("", |environment| environment.as_str()),
        environment_label: environment.map_or("", choices::environment_label),
        may: match key_type.map(|key_type| key_type.access) {
            Some(Access::Scopes) => form.scopes.join(", "),
            Some(access) => words::may(access).to_owned(),
            None => String::new(),
        },
        expires,
    }
}

/// The way back leads to the form with what was typed, but for the webhook URL, which may hold a token of its own.
fn confirm_password_first(page: &KeysPage, form: &NewKeyForm) -> HttpResponse {
    let mut typed = vec![
        ("name", &form.name),
        ("type", &form.type_id),
        ("environment", &form.environment),
        ("expiry", &form.expiry),
        ("expires_at", &form.expires_at),
        ("allowed_addresses", &form.allowed_addresses),
    ];
    typed.extend(form.scopes.iter().map(|scope| ("scope", scope)));
    let typed = serde_html_form::to_string(typed).unwrap_or_default();
    let next = format!("{}/new?{typed}", page.url());
    page::redirect(&format!("/confirm-password?{}", errors::next_query(&next)))
}
