//! `/w/{workspace}/invitations`: inviting people, inviting them again, and withdrawing that. What it shows is the page of members.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Deserialize;

use super::members::{self, InviteForm, back};
use crate::domain::App;
use crate::domain::invitations::{self, Outcome};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::ids::InvitationId;
use crate::model::invitation::addresses;
use crate::model::role::Role;
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::page;

/// What stands in the path.
#[derive(Debug, Deserialize)]
pub struct Which {
    invitation: String,
}

impl Which {
    fn id(&self) -> Result<InvitationId> {
        self.invitation.parse().map_err(|_| AppError::NotFound)
    }
}

/// `POST /w/{workspace}/invitations`
pub async fn submit(app: Data<App>, workspace: WorkspacePage, form: Form<InviteForm>) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_members()?;
    let mut form = form.0;
    let mut errors = FieldErrors::default();
    let role = form.role.parse::<Role>().ok();
    let role = role.filter(|role| invitations::roles(proof).contains(role));
    let role = errors.check("role", role.ok_or("Choose a role, at most your own."));
    let Some(role) = role else {
        return members::answer(&app, &workspace, form, errors).await;
    };
    match invitations::invite(&app, proof, &addresses(&form.emails), role).await {
        Ok(outcomes) => {
            let (done, not): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(|(_, what)| *what == Outcome::Invited);
            let said = page::count(done.len() as u64, ["mail is", "mails are"]);
            let said = format!("{said} on the way. Who opens its link within seven days joins.");
            if not.is_empty() {
                return back(&app, &workspace, &Flash::good(said));
            }
            form.sent = if done.is_empty() { String::new() } else { said };
            // What went well is not typed again.
            form.emails = not
                .iter()
                .map(|(typed, _)| typed.as_str())
                .collect::<Vec<_>>()
                .join("\n");
            let why = not.iter().filter_map(|(typed, outcome)| match outcome {
                Outcome::Not(why) => Some(format!("{typed}: {why}")),
                Outcome::Invited => None,
            });
            errors.add("emails", why.collect::<Vec<_>>().join(" "));
            members::answer(&app, &workspace, form, errors).await
        }
        Err(AppError::Invalid(errors)) => members::answer(&app, &workspace, form, errors).await,
        Err(other) => Err(other),
    }
}

/// `POST /w/{workspace}/invitations/{invitation}/resends`
pub async fn resend(
    app: Data<App>,
    workspace: WorkspacePage,
    which: Path<Which>,
    _: Form<Button>,
) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_members()?;
    let flash = match invitations::resend(&app, proof, which.id()?).await {
        Ok(email) => Flash::good(format!(
            "Another mail to {email} is on the way. The link before no longer works."
        )),
        Err(AppError::Conflict(why) | AppError::PlanLimit(why)) => Flash::bad(why),
        Err(other) => return Err(other),
    };
    back(&app, &workspace, &flash)
}

/// `POST /w/{workspace}/invitations/{invitation}/withdrawal`
pub async fn withdraw(
    app: Data<App>,
    workspace: WorkspacePage,
    which: Path<Which>,
    _: Form<Button>,
) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_members()?;
    let gone = invitations::withdraw(&app, proof, which.id()?).await?;
    let flash = Flash::good(format!(
        "The invitation of {} is withdrawn: its link no longer works.",
        gone.email
    ));
    back(&app, &workspace, &flash)
}
