//! `…/keys/{key}/signing-secret`: a new signing secret; the key itself is untouched. And the end of the one before it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::keys::{self, Grace};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::key::Key;
use crate::model::timestamp::Timestamp;
use crate::web::extract::{KeyPath, KeysPage};
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::ticket;
use crate::web::meanwhile;
use crate::web::page::{self, Page};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RotateForm {
    nonce: String,
    overlap: String,
    /// Which secret this is about; see [`keys::secret_seen`].
    seen: String,
}

#[derive(Template)]
#[template(path = "keys/signing_secret.html")]
struct RotatePage {
    page: Page,
    url: String,
    key: Key,
    form: RotateForm,
    errors: FieldErrors,
    /// Somebody else was faster.
    is_overtaken: bool,
    overlaps: Vec<Choice>,
    /// Until when the secret before this one signs too, if it does.
    overlaps_until: Option<Timestamp>,
}

struct Choice {
    id: &'static str,
    label: &'static str,
    hint: String,
    checked: bool,
}

/// `GET …/keys/{key}/signing-secret`
pub async fn show(app: Data<App>, page: KeysPage, key: KeyPath) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    let key = keys::find(&app, proof.read(), key.0).await?;
    page.workspace.person.require_fresh(&app)?;
    keys::refuse_frozen(&key)?;
    if !key.has_signing_secret {
        return Err(AppError::Conflict("This type of key has no signing secret.".to_owned()));
    }
    let form = RotateForm {
        nonce: ticket::fresh_nonce(&app),
        overlap: Grace::Now.as_str().to_owned(),
        seen: keys::secret_seen(&app, proof, key.id).await?,
    };
    render(&app, &page, StatusCode::OK, key, form, FieldErrors::default())
}

/// `POST …/keys/{key}/signing-secret`
pub async fn submit(app: Data<App>, page: KeysPage, key: KeyPath, form: Form<RotateForm>) -> Result<HttpResponse> {
    let proof = page.ring.manage_keys()?;
    page.workspace.person.require_fresh(&app)?;
    let mut form = form.0;
    let ticket = ticket::read(&page, &form.nonce)?;
    let rotated = match Grace::parse_overlap(&form.overlap) {
        Ok(overlap) => {
            let known = meanwhile::known(&form.seen);
            keys::rotate_signing_secret(&app, proof, key.0, overlap, &ticket, known).await
        }
        Err(error) => Err(error),
    };
    match rotated {
        Ok(()) => Ok(ticket::redirect_to_reveal(&app, &page, key.0, &ticket)),
        Err(AppError::Invalid(errors)) => {
            let key = keys::find(&app, proof.read(), key.0).await?;
            render(&app, &page, StatusCode::UNPROCESSABLE_ENTITY, key, form, errors)
        }
        Err(AppError::Overtaken) => {
            let key = keys::find(&app, proof.read(), key.0).await?;
            form.seen = keys::secret_seen(&app, proof, key.id).await?;
            render(&app, &page, StatusCode::CONFLICT, key, form, FieldErrors::default())
        }
        Err(other) => Err(other),
    }
}

/// `POST …/keys/{key}/signing-secret/retirement`
pub async fn retire(app: Data<App>, page: KeysPage, key: KeyPath, _: Form<Button>) -> Result<HttpResponse> {
    keys::end_overlap(&app, page.ring.manage_keys()?, key.0).await?;
    let flash = Flash::good("The old signing secret signs nothing any more.".to_owned());
    Ok(page::redirect_with(&app, &page.key_url(key.0), &flash))
}

fn render(
    app: &App,
    page: &KeysPage,
    status: StatusCode,
    key: Key,
    form: RotateForm,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let choice = |overlap: Grace| Choice {
        id: overlap.as_str(),
        label: match overlap {
            Grace::Now => "Not at all",
            Grace::OneHour => "1 hour",
            Grace::OneDay => "24 hours",
            Grace::SevenDays => "7 days",
        },
        hint: match overlap {
            Grace::Now => "It has leaked, or nothing checks with it yet.".to_owned(),
            _ => format!(
                "until {}; each webhook has both signatures",
                app.now().plus(overlap.millis()).exact()
            ),
        },
        checked: form.overlap == overlap.as_str(),
    };
    let template = RotatePage {
        page: page.page(app),
        url: page.key_url(key.id),
        overlaps: Grace::ALL.into_iter().map(choice).collect(),
        overlaps_until: key.previous_secret_until.filter(|until| *until > app.now()),
        is_overtaken: status == StatusCode::CONFLICT,
        key,
        form,
        errors,
    };
    page::html(status, &template)
}
