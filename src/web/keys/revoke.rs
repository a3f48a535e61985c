//! `…/keys/{key}/revocation` and `…/keys/{key}/deletion`: what would stop working, the gentler ways, and the end of a key.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::keys::{self, Breakage, Evidence};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::key::{Key, KeyState};
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::keys::callers::Callers;
use crate::web::keys::words;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RevokeForm {
    /// The key's name, typed again. Only people are asked: a program that sends none means it.
    name: Vec<String>,
}

#[derive(Template)]
#[template(path = "keys/revoke.html")]
struct RevokePage {
    page: Page,
    url: String,
    key: Key,
    evidence: Evidence,
    callers: Vec<Callers>,
    typed: String,
    errors: FieldErrors,
    can_disable: bool,
    can_roll: bool,
    ending: Ending,
}

/// How a key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Its history stays in the lists.
    Revocation,
    /// It is gone from the lists too, where the profile offers that.
    Deletion,
}

/// `GET …/keys/{key}/revocation`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let (key, evidence) = keys::evidence(&app, proof.read(), key.0).await?;
    keys::refuse_frozen(&key)?;
    render(&app, &page, Ending::Revocation, key, evidence, None)
}

/// `POST …/keys/{key}/revocation`
pub async fn submit(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<RevokeForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    if let Some(typed) = form.0.name.into_iter().next() {
        let (key, evidence) = keys::evidence(&app, proof.read(), key.0).await?;
        if mistyped(&key, &evidence, &typed) {
            return render(&app, &page, Ending::Revocation, key, evidence, Some(typed));
        }
    }
    let key = keys::revoke(&app, proof, key.0).await?;
    let since = key.revoked_at.unwrap_or_else(|| app.now()).time_of_day();
    let text = format!("Requests with this key are refused since {since} UTC.");
    Ok(page::redirect_with(&app, &page.key_url(key.id), &Flash::good(text)))
}

/// `GET …/keys/{key}/deletion`
pub async fn show_deletion(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    if !app.profile.api.deletion {
        return Err(AppError::NotFound);
    }
    let proof = page.ring.manage_keys()?;
    let (key, evidence) = keys::evidence(&app, proof.read(), key.0).await?;
    render(&app, &page, Ending::Deletion, key, evidence, None)
}

/// `POST …/keys/{key}/deletion`
pub async fn delete(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<RevokeForm>) -> Result<HttpResponse> {
    if !app.profile.api.deletion {
        return Err(AppError::NotFound);
    }
    let proof = page.ring.manage_keys()?;
    let (key, evidence) = keys::evidence(&app, proof.read(), key.0).await?;
    if let Some(typed) = form.0.name.into_iter().next()
        && mistyped(&key, &evidence, &typed)
    {
        return render(&app, &page, Ending::Deletion, key, evidence, Some(typed));
    }
    keys::delete(&app, proof, key.id).await?;
    let text = format!("“{}” is deleted. Requests with it are refused.", key.name);
    Ok(page::redirect_with(&app, &page.url(), &Flash::good(text)))
}

/// The name of a key that is in use is asked for.
fn mistyped(key: &Key, evidence: &Evidence, typed: &str) -> bool {
    evidence.in_use && !key.is_frozen() && typed.trim() != key.name
}

/// The page, with what was typed when that was not the name.
fn render(
    app: &App,
    page: &KeysPage,
    ending: Ending,
    key: Key,
    evidence: Evidence,
    typed: Option<String>,
) -> Result<HttpResponse> {
    let mut errors = FieldErrors::default();
    let mut status = StatusCode::OK;
    if typed.is_some() {
        errors = FieldErrors::one("name", format!("Type the name exactly as it is: {}", key.name));
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let page_of = page.page(app);
    let template = RevokePage {
        callers: callers(&page_of, &evidence.breakage),
        page: page_of,
        url: page.key_url(key.id),
        can_disable: key.state_at(app.now()) == KeyState::Active,
        can_roll: key.replaced_by.is_none() && !key.is_frozen() && app.profile.key_type(&key.type_id).is_some(),
        key,
        evidence,
        typed: typed.unwrap_or_default(),
        errors,
        ending,
    };
    page::html(status, &template)
}

/// Nothing, where nobody would break.
fn callers(page: &Page, breakage: &Breakage) -> Vec<Callers> {
    let told = (breakage.accepted.week > 0).then(|| Callers::of_all(page, breakage));
    told.into_iter().collect()
}

impl RevokePage {
    fn title(&self) -> &'static str {
        match self.ending {
            Ending::Revocation => "Revoke",
            Ending::Deletion => "Delete",
        }
    }

    fn consequence(&self) -> String {
        let prefix = &self.key.display_prefix;
        match self.ending {
            Ending::Revocation => format!(
                "From the moment you revoke {prefix}, each request with it is refused. This cannot be taken back."
            ),
            Ending::Deletion => format!(
                "From the moment you delete {prefix}, each request with it is refused, and it is gone from your keys. This \
                 cannot be taken back."
            ),
        }
    }

    fn resource(&self) -> &'static str {
        match self.ending {
            Ending::Revocation => "revocation",
            Ending::Deletion => "deletion",
        }
    }

    fn is_deletion(&self) -> bool {
        self.ending == Ending::Deletion
    }
}
