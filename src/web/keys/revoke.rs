//! `…/keys/{key}/revocation`: what would stop working, the gentler ways, and the end of a key.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::keys::{self, Evidence};
use crate::error::{FieldErrors, Result};
use crate::model::key::{Key, KeyState};
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::Form;
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
    typed: String,
    errors: FieldErrors,
    can_disable: bool,
    can_roll: bool,
}

/// `GET …/keys/{key}/revocation`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let (key, evidence) = keys::evidence(&app, proof.read(), key.0).await?;
    keys::refuse_frozen(&key)?;
    render(
        &app,
        &page,
        StatusCode::OK,
        key,
        evidence,
        String::new(),
        FieldErrors::default(),
    )
}

/// `POST …/keys/{key}/revocation`
pub async fn submit(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<RevokeForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    if let Some(typed) = form.0.name.into_iter().next() {
        let (key, evidence) = keys::evidence(&app, proof.read(), key.0).await?;
        if evidence.in_use && !key.is_frozen() && typed.trim() != key.name {
            let errors = FieldErrors::one("name", format!("Type the name exactly as it is: {}", key.name));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return render(&app, &page, status, key, evidence, typed, errors);
        }
    }
    let key = keys::revoke(&app, proof, key.0).await?;
    let since = key.revoked_at.unwrap_or_else(|| app.now()).time_of_day();
    let text = format!("Requests with this key are refused since {since} UTC.");
    Ok(page::redirect_with(&app, &page.key_url(key.id), &Flash::good(text)))
}

fn render(
    app: &App,
    page: &KeysPage,
    status: StatusCode,
    key: Key,
    evidence: Evidence,
    typed: String,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let template = RevokePage {
        page: page.page(app),
        url: page.key_url(key.id),
        can_disable: key.state == KeyState::Active,
        can_roll: key.replaced_by.is_none() && app.profile.key_type(&key.type_id).is_some(),
        key,
        evidence,
        typed,
        errors,
    };
    page::html(status, &template)
}
