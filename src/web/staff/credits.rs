//! `/staff/workspaces/{workspace}/credits`: granting some.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::domain::App;
use crate::domain::staff::{credits, reason, workspace};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::workspace::Workspace;
use crate::web::amounts::grouped;
use crate::web::extract::StaffPage;
use crate::web::flash::Flash;
use crate::web::keys::ticket;
use crate::web::page;
use crate::web::staff::deed::{self, Deed, DeedForm};
use crate::web::staff::form::StaffForm;

/// Asks how many, and why.
pub async fn ask(app: Data<App>, desk: StaffPage, id: Path<String>) -> Result<HttpResponse> {
    desk.staff.administer()?;
    let workspace = open(&app, &desk, &id).await?;
    let form = DeedForm {
        nonce: ticket::fresh_nonce(&app),
        ..DeedForm::default()
    };
    deed::ask(&app, &desk, deed(&app, &workspace), form)
}

/// Grants them, once for each form.
pub async fn submit(app: Data<App>, id: Path<String>, form: StaffForm<DeedForm>) -> Result<HttpResponse> {
    let StaffForm { desk, mut form } = form;
    let proof = desk.staff.administer()?;
    let workspace = open(&app, &desk, &id).await?;
    if !ticket::is_nonce(&form.nonce) {
        form.nonce = ticket::fresh_nonce(&app);
        let error = AppError::invalid("", "This form was incomplete. Send it once more.");
        return deed::again(&app, &desk, deed(&app, &workspace), form, error);
    }
    let (amount, reason) = match checked(&app, &form) {
        Ok(checked) => checked,
        Err(error) => return deed::again(&app, &desk, deed(&app, &workspace), form, error),
    };
    match credits::grant(&app, proof, &workspace, amount, &reason, &form.nonce).await {
        Ok(entry) => {
            let unit = unit(&app)?;
            let said = format!(
                "Granted {} {unit}. The balance is {}.",
                grouped(entry.amount),
                grouped(entry.balance)
            );
            let back = format!("/staff/workspaces/{}", workspace.id);
            Ok(page::redirect_with(&app, &back, &Flash::good(said)))
        }
        Err(error) => deed::again(&app, &desk, deed(&app, &workspace), form, error),
    }
}

/// All fields at once.
fn checked(app: &App, form: &DeedForm) -> Result<(crate::model::credits::Amount, reason::Reason)> {
    let mut errors = FieldErrors::default();
    let amount = credits::amount(&form.amount);
    let reason = reason::read(app, &form.reason);
    match (amount, reason) {
        (Ok(amount), Ok(reason)) => Ok((amount, reason)),
        (amount, reason) => {
            for wrong in [amount.err(), reason.err()].into_iter().flatten() {
                let AppError::Invalid(wrong) = wrong else {
                    return Err(wrong);
                };
                wrong.all().iter().for_each(|(field, why)| errors.add(field, why));
            }
            Err(AppError::Invalid(errors))
        }
    }
}

async fn open(app: &App, desk: &StaffPage, id: &str) -> Result<Workspace> {
    unit(app)?;
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    workspace::open(app, &desk.staff, id).await
}

fn unit(app: &App) -> Result<&str> {
    let about = app.profile.credits.as_ref().ok_or(AppError::NotFound)?;
    Ok(&about.unit)
}

fn deed(app: &App, workspace: &Workspace) -> Deed {
    let url = format!("/staff/workspaces/{}", workspace.id);
    Deed {
        title: "Grant credits",
        about: workspace.name.clone(),
        means: "They can be spent at once. The reason stands in the workspace’s ledger and in its audit trail."
            .to_owned(),
        button: "Grant",
        tone: "primary",
        url: format!("{url}/credits"),
        back: url,
        plans: Vec::new(),
        unit: unit(app).ok().map(str::to_owned),
    }
}
