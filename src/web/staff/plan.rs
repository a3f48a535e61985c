//! `/staff/workspaces/{workspace}/plan`: another plan of the profile.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::domain::App;
use crate::domain::staff::{plan, reason, workspace};
use crate::domain::workspaces::{Allowance, Places};
use crate::error::{AppError, Result};
use crate::model::workspace::Workspace;
use crate::web::allowance;
use crate::web::extract::StaffPage;
use crate::web::flash::Flash;
use crate::web::page;
use crate::web::staff::deed::{self, Choice, Deed, DeedForm};
use crate::web::staff::form::StaffForm;

/// Asks which, and why.
pub async fn ask(app: Data<App>, desk: StaffPage, id: Path<String>) -> Result<HttpResponse> {
    desk.staff.administer()?;
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let workspace = workspace::open(&app, &desk.staff, id).await?;
    let form = DeedForm {
        plan: workspace.plan.clone(),
        ..DeedForm::default()
    };
    let deed = deed(&app, &workspace, &form.plan).await?;
    deed::ask(&app, &desk, deed, form)
}

/// Changes it.
pub async fn submit(app: Data<App>, id: Path<String>, form: StaffForm<DeedForm>) -> Result<HttpResponse> {
    let StaffForm { desk, form } = form;
    let proof = desk.staff.administer()?;
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let workspace = workspace::open(&app, &desk.staff, id).await?;
    let changed = match reason::read(&app, &form.reason) {
        Ok(reason) => plan::change(&app, proof, id, &form.plan, &reason).await,
        Err(error) => Err(error),
    };
    let plan = match changed {
        Ok(plan) => plan,
        Err(error @ AppError::Invalid(_)) => {
            let deed = deed(&app, &workspace, &form.plan).await?;
            return deed::again(&app, &desk, deed, form, error);
        }
        Err(error) => return Err(error),
    };
    let allowances = plan::allowances(&app, &workspace).await?;
    let over = allowances.iter().find(|allowance| allowance.plan.id == plan.id);
    let over = over.map(|allowance| over_words(&app, allowance)).unwrap_or_default();
    let said = format!("{} is on the plan {} now. {over}", workspace.name, plan.label);
    let flash = Flash::good(said.trim_end().to_owned());
    Ok(page::redirect_with(&app, &format!("/staff/workspaces/{id}"), &flash))
}

async fn deed(app: &App, workspace: &Workspace, chosen: &str) -> Result<Deed> {
    let url = format!("/staff/workspaces/{}", workspace.id);
    let allowances = plan::allowances(app, workspace).await?;
    let choice = |allowance: &Allowance| Choice {
        id: allowance.plan.id.clone(),
        label: allowance.plan.label.clone(),
        over: over_words(app, allowance),
        is_current: allowance.plan.id == chosen,
    };
    Ok(Deed {
        title: "Change the plan",
        about: workspace.name.clone(),
        means: "Limits of the new plan hold from the next request on. What the workspace has beyond its places stays and works; nothing \
                new is made until there is room."
            .to_owned(),
        button: "Change the plan",
        tone: "primary",
        url: format!("{url}/plan"),
        back: url,
        plans: allowances.iter().map(choice).collect(),
        unit: None,
    })
}

/// `Over this plan: Secret keys 7 of 5.`
fn over_words(app: &App, allowance: &Allowance) -> String {
    let is_over = |places: &Places| places.limit.is_some_and(|limit| places.taken > u64::from(limit));
    let over = allowance::counted(app, allowance)
        .into_iter()
        .filter(|(_, places)| is_over(places))
        .map(|(what, places)| format!("{what} {}", allowance::used(places)));
    let over: Vec<String> = over.collect();
    match over.is_empty() {
        true => String::new(),
        false => format!("Over this plan: {}.", over.join(", ")),
    }
}
