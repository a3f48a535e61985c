//! `…/keys/{key}/roll`: a new key takes over, the old one lives on for as long as the person says.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::keys::{self, Grace};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::key::{Key, KeyState};
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::form::Form;
use crate::web::keys::{rolled, ticket};
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RollForm {
    nonce: String,
    grace: String,
}

#[derive(Template)]
#[template(path = "keys/roll.html")]
struct RollPage {
    page: Page,
    url: String,
    key: Key,
    form: RollForm,
    errors: FieldErrors,
    graces: Vec<GraceChoice>,
    successor_expires: String,
    /// Then there is no grace to choose.
    is_compromised: bool,
}

struct GraceChoice {
    id: &'static str,
    label: &'static str,
    hint: String,
    checked: bool,
}

/// The grace that is chosen already: a working day on either side.
const USUAL_GRACE: Grace = Grace::OneDay;

/// `GET …/keys/{key}/roll`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let key = keys::find(&app, page.ring.read_keys(), key.0).await?;
    if key.replaced_by.is_some() {
        return rolled::show(&app, &page, &key).await;
    }
    page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    keys::refuse_rolled(&key)?;
    let form = RollForm {
        nonce: ticket::fresh_nonce(&app),
        grace: USUAL_GRACE.as_str().to_owned(),
    };
    render(&app, &page, StatusCode::OK, key, form, FieldErrors::default())
}

/// `POST …/keys/{key}/roll`
pub async fn submit(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<RollForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    let form = form.0;
    let ticket = ticket::read(&page, &form.nonce)?;
    let rolled = match Grace::parse(&form.grace) {
        Ok(grace) => keys::roll(&app, proof, key.0, grace, &ticket).await,
        Err(error) => Err(error),
    };
    match rolled {
        Ok(id) => Ok(ticket::redirect_to_reveal(&app, &page, id, &ticket)),
        Err(AppError::Invalid(errors)) => {
            let key = keys::find(&app, proof.read(), key.0).await?;
            render(&app, &page, StatusCode::UNPROCESSABLE_ENTITY, key, form, errors)
        }
        Err(other) => Err(other),
    }
}

fn render(
    app: &App,
    page: &KeysPage,
    status: StatusCode,
    key: Key,
    form: RollForm,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let choice = |grace: Grace| GraceChoice {
        id: grace.as_str(),
        label: match grace {
            Grace::Now => "Not at all",
            Grace::OneHour => "1 hour",
            Grace::OneDay => "24 hours",
            Grace::SevenDays => "7 days",
        },
        hint: match grace {
            Grace::Now => "It has leaked: refuse it at once.".to_owned(),
            _ => {
                let end = app.now().plus(grace.millis());
                // A grace never makes the old key live longer than it would have.
                format!("until {}", key.expires_at.map_or(end, |at| at.min(end)).exact())
            }
        },
        checked: form.grace == grace.as_str(),
    };
    let template = RollPage {
        page: page.page(app),
        url: page.key_url(key.id),
        graces: Grace::ALL.into_iter().map(choice).collect(),
        successor_expires: keys::successor_expiry(&key, app.now())
            .map(|at| at.day())
            .unwrap_or_default(),
        is_compromised: key.state == KeyState::Compromised,
        key,
        form,
        errors,
    };
    page::html(status, &template)
}
