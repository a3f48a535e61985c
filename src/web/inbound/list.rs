//! The tokens of a key, and the form that makes one.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, inbound};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::ids::KeyId;
use crate::model::inbound::InboundToken;
use crate::model::key::Key;
use crate::model::role::Deed;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::form::Form;
use crate::web::keys::{snippets, ticket};
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TokenForm {
    template: String,
    nonce: String,
}

#[derive(Template)]
#[template(path = "inbound/list.html")]
struct ListPage {
    page: Page,
    key_url: String,
    url: String,
    key: Key,
    tokens: Vec<InboundToken>,
    /// Where webhooks are sent, up to the token.
    address: String,
    may_manage: bool,
    /// Whether the key's time is over.
    is_over: bool,
    is_disabled: bool,
    form: TokenForm,
    errors: FieldErrors,
}

impl ListPage {
    fn count(&self) -> String {
        page::count(self.tokens.len() as u64, ["token", "tokens"])
    }
}

/// `GET …/keys/{key}/inbound`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let form = TokenForm {
        nonce: ticket::fresh_nonce(&app),
        ..TokenForm::default()
    };
    render(&app, &page, key.0, StatusCode::OK, form, FieldErrors::default()).await
}

/// `POST …/keys/{key}/inbound`
pub async fn create(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<TokenForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    let form = form.0;
    let ticket = ticket::read_of(&page.workspace.person, &form.nonce)?;
    match inbound::create(&app, proof, key.0, &form.template, &ticket).await {
        Ok(id) => {
            let reveal = format!("{}/{id}/reveal", page.inbound_url(key.0));
            Ok(ticket::redirect_to(&app, reveal, &ticket))
        }
        Err(AppError::Invalid(errors)) => {
            render(&app, &page, key.0, StatusCode::UNPROCESSABLE_ENTITY, form, errors).await
        }
        Err(other) => Err(other),
    }
}

async fn render(
    app: &App,
    page: &KeysPage,
    key: KeyId,
    status: StatusCode,
    form: TokenForm,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let (key, tokens) = inbound::list(app, page.ring.read_keys(), key).await?;
    let template = ListPage {
        page: page.page(app),
        key_url: page.key_url(key.id),
        url: page.inbound_url(key.id),
        address: snippets::address(app, "/inbound/"),
        may_manage: page.workspace.standing.may(Deed::ManageKeys) && !key.is_frozen(),
        is_over: key.is_expired(app.now()),
        is_disabled: key.is_disabled(app.now()),
        tokens,
        key,
        form,
        errors,
    };
    page::html(status, &template)
}
