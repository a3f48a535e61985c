//! `/staff/accounts/{account}/confirmation` and `…/sessions/revocation`: a mail once more, and signing somebody out everywhere.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::domain::App;
use crate::domain::staff::account::{self, Seen};
use crate::domain::staff::{person, reason};
use crate::error::{AppError, Result};
use crate::model::ids::AccountId;
use crate::model::timestamp::plural;
use crate::web::extract::StaffPage;
use crate::web::flash::Flash;
use crate::web::page;
use crate::web::staff::deed::{self, Deed, DeedForm};
use crate::web::staff::form::StaffForm;

/// Asks why the mail is sent again.
pub async fn ask_confirmation(app: Data<App>, desk: StaffPage, id: Path<String>) -> Result<HttpResponse> {
    desk.staff.act()?;
    let deed = confirmation(&app, &desk, &id).await?;
    deed::ask(&app, &desk, deed, DeedForm::default())
}

/// Sends it.
pub async fn submit_confirmation(app: Data<App>, id: Path<String>, form: StaffForm<DeedForm>) -> Result<HttpResponse> {
    let StaffForm { desk, form } = form;
    let proof = desk.staff.act()?;
    let deed = confirmation(&app, &desk, &id).await?;
    let reason = match reason::read(&app, &form.reason) {
        Ok(reason) => reason,
        Err(error) => return deed::again(&app, &desk, deed, form, error),
    };
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    person::resend_confirmation(&app, proof, id, &reason).await?;
    let flash = Flash::good(format!("A mail with a new link is on its way to {}.", deed.about));
    Ok(page::redirect_with(&app, &deed.back, &flash))
}

/// Asks why they are signed out.
pub async fn ask_sessions(app: Data<App>, desk: StaffPage, id: Path<String>) -> Result<HttpResponse> {
    desk.staff.act()?;
    let deed = sessions(&app, &desk, &id).await?;
    deed::ask(&app, &desk, deed, DeedForm::default())
}

/// Signs them out.
pub async fn submit_sessions(app: Data<App>, id: Path<String>, form: StaffForm<DeedForm>) -> Result<HttpResponse> {
    let StaffForm { desk, form } = form;
    let proof = desk.staff.act()?;
    let deed = sessions(&app, &desk, &id).await?;
    let reason = match reason::read(&app, &form.reason) {
        Ok(reason) => reason,
        Err(error) => return deed::again(&app, &desk, deed, form, error),
    };
    let id: AccountId = id.parse().map_err(|_| AppError::NotFound)?;
    let ended = person::end_sessions(&app, proof, id, &reason).await?;
    let ended = plural(i64::try_from(ended).unwrap_or(i64::MAX), "session");
    let flash = Flash::good(format!("Ended: {ended} of {}.", deed.about));
    Ok(page::redirect_with(&app, &deed.back, &flash))
}

async fn confirmation(app: &App, desk: &StaffPage, id: &str) -> Result<Deed> {
    match look(app, desk, id).await? {
        Seen::SignUp(seen) => Ok(Deed {
            title: "Send the confirmation mail again",
            about: seen.sign_up.email.to_string(),
            means: "The mail has a new link, good for a day. Links that were sent before stay good.".to_owned(),
            button: "Send",
            tone: "primary",
            ..bare(id, "confirmation")
        }),
        Seen::Account(_) => Err(AppError::Conflict("This address is confirmed already.".to_owned())),
    }
}

async fn sessions(app: &App, desk: &StaffPage, id: &str) -> Result<Deed> {
    match look(app, desk, id).await? {
        Seen::Account(seen) => Ok(Deed {
            title: "Sign them out everywhere",
            about: seen.account.email.to_string(),
            means: "All of their sessions end now, on each device. They sign in again with their password; it stays as it is.".to_owned(),
            button: "End all sessions",
            tone: "danger",
            ..bare(id, "sessions/revocation")
        }),
        Seen::SignUp(_) => Err(AppError::NotFound),
    }
}

async fn look(app: &App, desk: &StaffPage, id: &str) -> Result<Seen> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    account::look(app, &desk.staff, id).await
}

fn bare(id: &str, path: &str) -> Deed {
    let back = format!("/staff/accounts/{id}");
    Deed {
        title: "",
        about: String::new(),
        means: String::new(),
        button: "",
        tone: "",
        url: format!("{back}/{path}"),
        back,
        plans: Vec::new(),
        unit: None,
    }
}
