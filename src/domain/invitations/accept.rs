//! Accepting an invitation: by whoever is signed in with the address it was sent to, or with an account that is made for it.

use crate::domain::access::By;
use crate::domain::accounts::{hash_new_password, insert_invited};
use crate::domain::audit::{self, Subject};
use crate::domain::throttle::Attempt;
use crate::domain::{App, seal, workspaces};
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::audit::Action;
use crate::model::invitation::Invitation;
use crate::model::role::Role;
use crate::model::workspace::Workspace;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// A good link: what it was about when it was looked at. Accepting looks again.
#[derive(Clone, Debug)]
pub struct Asked {
    pub invitation: Invitation,
    pub workspace: Workspace,
}

/// What a link is about; nothing, when it is used up, withdrawn, replaced by a newer one, too old or made up, or when who sent it may
/// invite nobody any more. Looking uses nothing up.
pub async fn find(app: &App, token: &str) -> Result<Option<Asked>> {
    let db = app.db.reader();
    let Some(invitation) = store::invitations::by_token(db, &seal::digest(token), app.now()).await? else {
        return Ok(None);
    };
    let Some(workspace) = store::workspaces::find(db, invitation.workspace_id).await? else {
        return Ok(None);
    };
    let sender = match invitation.invited_by {
        Some(sender) => store::members::role_of(db, workspace.id, sender).await?,
        None => None,
    };
    let is_good = brings_somebody_in(&invitation, &workspace, sender);
    Ok(is_good.then_some(Asked { invitation, workspace }))
}

/// Who has left, or is less than they were, brings nobody in; nor does a workspace that is suspended.
fn brings_somebody_in(invitation: &Invitation, workspace: &Workspace, sender: Option<Role>) -> bool {
    let may = || sender.is_some_and(|sender| sender.may_invite_to(invitation.role));
    workspace.suspended_at.is_none() && (invitation.invited_by.is_none() || may())
}

/// Makes a member of somebody who has an account.
pub async fn accept(app: &App, asked: &Asked, account: &Account, address: &str) -> Result<()> {
    if account.email.folded() != asked.invitation.email.folded() {
        return Err(AppError::Forbidden("This invitation was sent to another address."));
    }
    let tx = app.db.begin().await?;
    join(&tx, app, asked, account, address).await?;
    Ok(commit(tx).await?)
}

/// Makes an account for the address that the link was sent to, and a member of it. The link shows whose the address is.
pub async fn accept_as_newcomer(app: &App, asked: &Asked, password: &str, address: &str) -> Result<Account> {
    app.throttle.attempt(Attempt::SignUpAddress, address, app.now())?;
    let email = &asked.invitation.email;
    let hash = hash_new_password(app, email, password).await?;
    let tx = app.db.begin().await?;
    let account = insert_invited(&tx, app, email, hash).await?;
    join(&tx, app, asked, &account, address).await?;
    commit(tx).await?;
    Ok(account)
}

async fn join(tx: &Tx, app: &App, asked: &Asked, account: &Account, address: &str) -> Result<()> {
    let Asked { invitation, workspace } = asked;
    // Twenty at once come one after the other, and the first finds it.
    let locked = store::workspaces::lock(tx, workspace.id).await?.ok_or_else(dead)?;
    let now = store::invitations::find(tx, locked.id, invitation.id).await?;
    let sender = match invitation.invited_by {
        Some(sender) => store::members::role_of(tx, locked.id, sender).await?,
        None => None,
    };
    let is_good = now.as_ref() == Some(invitation) && brings_somebody_in(invitation, &locked, sender);
    if !is_good || !store::invitations::delete(tx, invitation.id).await? {
        return Err(dead());
    }
    if store::members::role_of(tx, locked.id, account.id).await?.is_some() {
        return Ok(());
    }
    let plan = workspaces::plan_of(app, &locked);
    if let Some(limit) = plan.members
        && store::members::count(tx, locked.id).await? >= u64::from(limit)
    {
        return Err(AppError::PlanLimit(format!(
            "There is no place left in {}: its plan has room for {limit} members. Ask {} to make room, and open the link again.",
            locked.name, invitation.invited_by_name
        )));
    }
    store::members::insert(tx, locked.id, account.id, invitation.role, app.now()).await?;
    let subject = Subject {
        name: account.email.to_string(),
        details: format!("as {}, invited by {}", invitation.role, invitation.invited_by_name),
        ..Subject::default()
    };
    let by = By::person(account, address);
    audit::record(tx, app, locked.id, &by, Action::MemberAdded, subject).await
}

fn dead() -> AppError {
    AppError::Conflict("This invitation was used, withdrawn or sent again, or it is too old.".to_owned())
}
