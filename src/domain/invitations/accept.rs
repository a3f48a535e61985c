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
use crate::model::role::{Deed, Role};
use crate::model::workspace::Workspace;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// A good link: what it is about.
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
    if let Some(sender) = invitation.invited_by
        && !may_still_invite(
            store::members::role_of(db, invitation.workspace_id, sender).await?,
            invitation.role,
        )
    {
        return Ok(None);
    }
    let workspace = store::workspaces::find(db, invitation.workspace_id).await?;
    Ok(workspace.map(|workspace| Asked { invitation, workspace }))
}

/// Who has left, or is less than they were, brings nobody in.
fn may_still_invite(sender: Option<Role>, to: Role) -> bool {
    let needed = if to == Role::Owner {
        Deed::ManageOwners
    } else {
        Deed::ManageMembers
    };
    sender.is_some_and(|sender| sender.may(needed))
}

/// Makes a member of somebody who has an account.
pub async fn accept(app: &App, token: &str, account: &Account, address: &str) -> Result<Workspace> {
    let asked = find(app, token).await?.ok_or_else(dead)?;
    if account.email.folded() != asked.invitation.email.folded() {
        return Err(AppError::Forbidden("This invitation was sent to another address."));
    }
    let tx = app.db.begin().await?;
    join(&tx, app, &asked, account, address).await?;
    commit(tx).await?;
    Ok(asked.workspace)
}

/// Makes an account for the address that the link was sent to, and a member of it. The link shows whose the address is.
pub async fn accept_as_newcomer(app: &App, token: &str, password: &str, address: &str) -> Result<(Account, Workspace)> {
    let asked = find(app, token).await?.ok_or_else(dead)?;
    app.throttle.attempt(Attempt::SignUpAddress, address, app.now())?;
    let email = &asked.invitation.email;
    let hash = hash_new_password(app, email, password).await?;
    let tx = app.db.begin().await?;
    let account = insert_invited(&tx, app, email, hash).await?;
    join(&tx, app, &asked, &account, address).await?;
    commit(tx).await?;
    Ok((account, asked.workspace))
}

async fn join(tx: &Tx, app: &App, asked: &Asked, account: &Account, address: &str) -> Result<()> {
    let Asked { invitation, workspace } = asked;
    // Twenty at once come one after the other, and the first finds it.
    let locked = store::workspaces::lock(tx, workspace.id).await?.ok_or_else(dead)?;
    let now = store::invitations::find(tx, locked.id, invitation.id).await?;
    if now.as_ref() != Some(invitation) || !store::invitations::delete(tx, invitation.id).await? {
        return Err(dead());
    }
    if let Some(sender) = invitation.invited_by
        && !may_still_invite(store::members::role_of(tx, locked.id, sender).await?, invitation.role)
    {
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
