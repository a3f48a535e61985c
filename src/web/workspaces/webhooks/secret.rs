//! `…/webhooks/signing-secret`: a new signing secret for the endpoint, and the end of the one before it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::keys::Grace;
use crate::domain::webhooks::own;
use crate::error::{AppError, FieldErrors, Result};
use crate::model::timestamp::Timestamp;
use crate::web::extract::WorkspacePage;
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
    /// Which secret this is about; see [`own::secret_seen`].
    seen: String,
}

#[derive(Template)]
#[template(path = "workspaces/webhooks/signing_secret.html")]
struct RotatePage {
    page: Page,
    url: String,
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

/// `GET …/webhooks/signing-secret`
pub async fn show(app: Data<App>, workspace: WorkspacePage) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_workspace()?;
    super::endpoint(&app, &workspace).await?;
    workspace.person.require_fresh(&app)?;
    let form = RotateForm {
        nonce: ticket::fresh_nonce(&app),
        overlap: Grace::Now.as_str().to_owned(),
        seen: own::secret_seen(&app, proof).await?,
    };
    render(&app, &workspace, StatusCode::OK, form, FieldErrors::default()).await
}

/// `POST …/webhooks/signing-secret`
pub async fn submit(app: Data<App>, workspace: WorkspacePage, form: Form<RotateForm>) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_workspace()?;
    workspace.person.require_fresh(&app)?;
    let mut form = form.0;
    let ticket = ticket::read_of(&workspace.person, &form.nonce)?;
    let rotated = match Grace::parse_overlap(&form.overlap) {
        Ok(overlap) => own::rotate(&app, proof, overlap, &ticket, meanwhile::known(&form.seen)).await,
        Err(error) => Err(error),
    };
    match rotated {
        Ok(()) => {
            let reveal = format!("{}/reveal", super::url(&app, &workspace));
            Ok(ticket::redirect_to(&app, reveal, &ticket))
        }
        Err(AppError::Invalid(errors)) => {
            render(&app, &workspace, StatusCode::UNPROCESSABLE_ENTITY, form, errors).await
        }
        Err(AppError::Overtaken) => {
            form.seen = own::secret_seen(&app, proof).await?;
            render(&app, &workspace, StatusCode::CONFLICT, form, FieldErrors::default()).await
        }
        Err(other) => Err(other),
    }
}

/// `POST …/webhooks/signing-secret/retirement`
pub async fn retire(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    own::end_overlap(&app, workspace.standing.manage_workspace()?).await?;
    let flash = Flash::good("The old signing secret signs nothing any more.");
    Ok(page::redirect_with(&app, &super::url(&app, &workspace), &flash))
}

async fn render(
    app: &App,
    workspace: &WorkspacePage,
    status: StatusCode,
    form: RotateForm,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let now = app.now();
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
                now.plus(overlap.millis()).exact()
            ),
        },
        checked: form.overlap == overlap.as_str(),
    };
    let endpoint = super::endpoint(app, workspace).await?;
    let template = RotatePage {
        page: super::context(app, workspace),
        url: super::url(app, workspace),
        overlaps: Grace::ALL.into_iter().map(choice).collect(),
        overlaps_until: endpoint.previous_secret_until.filter(|until| *until > now),
        is_overtaken: status == StatusCode::CONFLICT,
        form,
        errors,
    };
    page::html(status, &template)
}
