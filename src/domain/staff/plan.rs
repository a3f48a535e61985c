//! Putting a workspace on another plan of the profile. What it has beyond the new plan's places stays, and works; nothing new is made
//! until there is room.

use crate::domain::App;
use crate::domain::access::desk::SupportAdministers;
use crate::domain::staff::reason::Reason;
use crate::domain::staff::trail;
use crate::domain::verify::changes;
use crate::domain::workspaces::{self, Allowance};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::WorkspaceId;
use crate::model::workspace::Workspace;
use crate::profile::Plan;
use crate::store;

/// A plan, and what the workspace uses of it now.
pub async fn allowances(app: &App, workspace: &Workspace) -> Result<Vec<Allowance>> {
    let mut allowances = Vec::with_capacity(app.profile.plans.len());
    for plan in &app.profile.plans {
        allowances.push(workspaces::allowance_on(app, workspace, plan).await?);
    }
    Ok(allowances)
}

/// Changes the plan; the answer is the new one. On the plan that it has already, nothing is written.
pub async fn change<'a>(
    app: &'a App,
    proof: SupportAdministers<'_>,
    id: WorkspaceId,
    plan: &str,
    reason: &Reason,
) -> Result<&'a Plan> {
    let chosen = app.profile.plan(plan);
    let new = chosen.ok_or_else(|| AppError::invalid("plan", "Choose one of the plans."))?;
    let tx = app.db.begin().await?;
    let workspace = store::workspaces::lock(&tx, id).await?.ok_or(AppError::NotFound)?;
    if workspace.plan == new.id {
        return Ok(new);
    }
    let old = workspaces::plan_of(app, &workspace);
    let changed = store::workspaces::set_plan(&tx, id, &new.id).await?;
    let details = format!("from {} to {}: {}", old.label, new.label, reason.as_str());
    trail::of_workspace(&tx, app, proof.by(), &workspace, Action::PlanChanged, &details).await?;
    changes::commit(app, tx, &changed).await?;
    Ok(new)
}
