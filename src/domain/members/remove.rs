//! Removing a member. The keys that person made stay: they belong to the project. Invitations that they sent, and an older one to
//! them, open nothing any more.

use crate::domain::App;
use crate::domain::access::ManageMembers;
use crate::domain::audit::{self, Subject};
use crate::domain::members::{account_of, keep_an_owner, lock_role};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::audit::Action;
use crate::model::ids::WorkspaceId;
use crate::model::role::Role;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// Removes the member with this address; the workspace is gone for that person from the next request on.
pub async fn remove(app: &App, proof: ManageMembers<'_>, email: &str) -> Result<()> {
    let account = account_of(app, email).await?;
    let tx = app.db.begin().await?;
    let role = lock_role(&tx, proof, &account).await?;
    proof.may_touch(&[role])?;
    if role == Role::Owner {
        keep_an_owner(&tx, proof.workspace().id).await?;
    }
    let workspace = proof.workspace().id;
    store::members::delete(&tx, workspace, account.id).await?;
    end_invitations(&tx, workspace, &account).await?;
    let subject = Subject {
        name: account.email.to_string(),
        details: format!("was {role}"),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace, proof.by(), Action::MemberRemoved, subject).await?;
    Ok(commit(tx).await?)
}

/// Nobody comes in, or comes back, by what was mailed before.
pub(super) async fn end_invitations(tx: &Tx, workspace: WorkspaceId, account: &Account) -> Result<()> {
    store::invitations::delete_sent_by(tx, workspace, account.id).await?;
    Ok(store::invitations::delete_to(tx, workspace, &account.email).await?)
}
