//! Adding a member: somebody who has an account already.

use crate::domain::access::ManageMembers;
use crate::domain::audit::{self, Subject};
use crate::domain::members::account_of;
use crate::domain::{App, workspaces};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::role::Role;
use crate::store;
use crate::store::db::commit;

/// Makes the account with this address a member, within the plan.
pub async fn add(app: &App, proof: ManageMembers<'_>, email: &str, role: Role) -> Result<()> {
    proof.may_touch(&[role])?;
    let account = account_of(app, email).await?;
    let tx = app.db.begin().await?;
    let workspace = store::workspaces::lock(&tx, proof.workspace().id)
        .await?
        .ok_or(AppError::NotFound)?;
    if store::members::role_of(&tx, workspace.id, account.id).await?.is_some() {
        return Err(AppError::invalid("email", "This person is a member already."));
    }
    let plan = workspaces::plan_of(app, &workspace);
    if let Some(limit) = plan.members
        && store::members::count(&tx, workspace.id).await? >= u64::from(limit)
    {
        return Err(AppError::PlanLimit(format!(
            "The {} plan has room for {limit} members, and there are as many.",
            plan.label
        )));
    }
    store::members::insert(&tx, workspace.id, account.id, role, app.now()).await?;
    store::invitations::delete_to(&tx, workspace.id, &account.email).await?;
    let subject = Subject {
        name: account.email.to_string(),
        details: format!("as {role}"),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace.id, proof.by(), Action::MemberAdded, subject).await?;
    Ok(commit(tx).await?)
}
