//! `…/keys/{key}/edit`: name, scopes, addresses, expiry, webhook URL.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::key_health;
use crate::domain::keys::{self, Edit};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::address_list::AddressList;
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::profile::Access;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::Form;
use crate::web::keys::callers::Callers;
use crate::web::keys::choices::{self, ExpiryChoice, ScopeGroupChoice};
use crate::web::meanwhile::{self, Meanwhile};
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EditForm {
    name: String,
    scopes: Vec<String>,
    allowed_addresses: String,
    expiry: String,
    expires_at: String,
    webhook_url: String,
    /// What was on the page when it was opened; see [`keys::seen`].
    seen: String,
    /// What the person has seen break, and wants all the same: see [`Edit::takes_away`].
    confirmed: String,
}

#[derive(Template)]
#[template(path = "keys/edit.html")]
struct EditPage {
    page: Page,
    url: String,
    key: Key,
    form: EditForm,
    errors: FieldErrors,
    groups: Vec<ScopeGroupChoice>,
    expiries: Vec<ExpiryChoice>,
    your_address: String,
    meanwhile: Meanwhile,
    /// Who would break, when that is asked.
    callers: Vec<Callers>,
    /// The scopes that are taken off, when the page is opened to do that.
    taken_off: Vec<String>,
}

/// How the page may be opened: with the scopes taken off that nothing needs.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Opened {
    take_off: String,
}

impl EditPage {
    fn save(&self) -> &'static str {
        if self.callers.is_empty() {
            self.meanwhile.save()
        } else {
            "Save all the same"
        }
    }
}

/// `GET …/keys/{key}/edit`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath, request: HttpRequest) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?.read();
    let key = keys::find(&app, proof, key.0).await?;
    keys::refuse_frozen(&key)?;
    let opened: Opened = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let taken_off = match opened.take_off.as_str() {
        "unused" => key_health::unused_scopes(&app, proof, &key).await?,
        _ => Vec::new(),
    };
    let is_kept = |scope: &&String| !taken_off.contains(scope);
    let form = EditForm {
        name: key.name.clone(),
        scopes: key.scopes.iter().filter(is_kept).cloned().collect(),
        allowed_addresses: key.allowed_addresses.texts().join("\n"),
        expiry: if key.expires_at.is_some() { "date" } else { "never" }.to_owned(),
        expires_at: key.expires_at.map(|at| at.iso_day()).unwrap_or_default(),
        webhook_url: key.webhook_url.clone().unwrap_or_default(),
        seen: keys::seen(&key),
        confirmed: String::new(),
    };
    let mut opened = edit_page(&app, &page, key, form, FieldErrors::default());
    opened.taken_off = taken_off;
    page::ok(&opened)
}

/// `POST …/keys/{key}/edit`
pub async fn submit(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<EditForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let key = keys::find(&app, proof.read(), key.0).await?;
    let mut form = form.0;
    let edit = Edit {
        name: Some(form.name.clone()),
        scopes: is_by_scopes(&app, &key).then(|| form.scopes.clone()),
        allowed_addresses: Some(AddressList::entries(&form.allowed_addresses)),
        expiry: Some((form.expiry.clone(), picked_date(&key, &form))),
        webhook_url: Some(form.webhook_url.clone()),
        enabled: None,
        disabled_until: None,
        seen: meanwhile::known(&form.seen).map(str::to_owned),
    };
    let meant = edit.takes_away();
    if form.confirmed != meant
        && let Ok(after) = keys::outcome(&app, &key, &edit)
        && let Some(broken) = keys::breakage_of_edit(&app, proof.read(), &key, &after).await?
    {
        form.confirmed = meant;
        let mut answer = edit_page(&app, &page, key, form, FieldErrors::default());
        answer.callers = Callers::of_edit(&answer.page, &broken);
        return page::html(StatusCode::CONFLICT, &answer);
    }
    match keys::edit(&app, proof, key.id, edit).await {
        Ok(edited) => {
            let flash = if edited.version == key.version {
                Flash::note("Nothing was changed.")
            } else {
                Flash::good("The changes are saved, and true from the next request on.")
            };
            Ok(page::redirect_with(&app, &page.key_url(key.id), &flash))
        }
        Err(AppError::Invalid(errors)) => render(&app, &page, StatusCode::UNPROCESSABLE_ENTITY, key, form, errors),
        Err(AppError::Overtaken) => overtaken(&app, &page, proof, key.id, form).await,
        Err(other) => Err(other),
    }
}

async fn overtaken(
    app: &App,
    page: &KeysPage,
    proof: ManageKeys<'_>,
    id: KeyId,
    mut form: EditForm,
) -> Result<HttpResponse> {
    let key = keys::find(app, proof.read(), id).await?;
    keys::refuse_frozen(&key)?;
    form.seen = keys::seen(&key);
    // Who would break is another question by now.
    form.confirmed.clear();
    let fields = fields(app, &key, &form);
    let mut answer = edit_page(app, page, key, form, FieldErrors::default());
    answer.meanwhile = Meanwhile::of("key", format!("{}/edit", answer.url), fields);
    page::html(StatusCode::CONFLICT, &answer)
}

/// Each field with what is saved and what was typed.
fn fields(app: &App, key: &Key, form: &EditForm) -> Vec<(&'static str, String, String)> {
    let listed = |scopes: &[String]| {
        let mut scopes = scopes.to_vec();
        scopes.sort();
        scopes.join(", ")
    };
    let ends = key.expires_at.map_or_else(|| "never".to_owned(), |at| at.iso_day());
    let typed = match form.expiry.as_str() {
        "date" => form.expires_at.clone(),
        "never" => "never".to_owned(),
        days => format!("in {days} days"),
    };
    let url = key.webhook_url.clone().unwrap_or_default();
    let mut fields = vec![("Name", key.name.clone(), form.name.trim().to_owned())];
    if is_by_scopes(app, key) {
        fields.push(("Scopes", listed(&key.scopes), listed(&form.scopes)));
    }
    let listed = AddressList::entries(&form.allowed_addresses).join(", ");
    fields.push(("May be used from", key.allowed_addresses.to_string(), listed));
    fields.push(("Expires", ends, typed));
    fields.push(("Webhook URL", url, form.webhook_url.trim().to_owned()));
    fields
}

/// The date that counts. The form comes with the present one filled in: who then chooses a preset and leaves the date
/// alone means the preset.
fn picked_date(key: &Key, form: &EditForm) -> String {
    let is_untouched = key.expires_at.is_some_and(|at| at.iso_day() == form.expires_at.trim());
    if is_untouched && form.expiry != "date" && !form.expiry.is_empty() {
        String::new()
    } else {
        form.expires_at.clone()
    }
}

fn is_by_scopes(app: &App, key: &Key) -> bool {
    let key_type = app.profile.key_type(&key.type_id);
    key_type.is_some_and(|key_type| key_type.access == Access::Scopes)
}

fn render(
    app: &App,
    page: &KeysPage,
    status: StatusCode,
    key: Key,
    form: EditForm,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    page::html(status, &edit_page(app, page, key, form, errors))
}

fn edit_page(app: &App, page: &KeysPage, key: Key, form: EditForm, errors: FieldErrors) -> EditPage {
    EditPage {
        page: page.page(app),
        url: page.key_url(key.id),
        groups: if is_by_scopes(app, &key) {
            choices::scopes(app, &form.scopes)
        } else {
            Vec::new()
        },
        expiries: choices::expiries(app, &form.expiry),
        your_address: page.workspace.person.visitor.address.clone(),
        meanwhile: Meanwhile::default(),
        callers: Vec::new(),
        taken_off: Vec::new(),
        key,
        form,
        errors,
    }
}
