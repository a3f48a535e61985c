//! Giving a member another role; it holds from that person's next request on.

use crate::domain::App;
use crate::domain::access::ManageMembers;
use crate::domain::audit::{self, Subject};
use crate::domain::members::{account_of, keep_an_owner, lock_role};
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::role::Role;
use crate::store;
use crate::store::db::commit;

/// Changes the role of the member with this address.
pub async fn change_role(app: &App, proof: ManageMembers<'_>, email: &str, role: Role) -> Result<()> {
    let account = account_of(app, email).await?;
    let tx = app.db.begin().await?;
    let before = lock_role(&tx, proof, &account).await?;
    proof.may_touch(&[before, role])?;
    if before == role {
        return Ok(());
    }
    if before == Role::Owner {
        keep_an_owner(&tx, proof.workspace().id).await?;
    }
    let workspace = proof.workspace().id;
    store::members::set_role(&tx, workspace, account.id, role).await?;
    // What they may invite to no more is over.
    let beyond = Role::ALL.into_iter().filter(|to| !role.may_invite_to(*to));
    let beyond: Vec<_> = beyond.collect();
    store::invitations::end_sent_by(&tx, workspace, account.id, &beyond, app.now()).await?;
    let subject = Subject {
        name: account.email.to_string(),
        details: format!("{before} → {role}"),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace, proof.by(), Action::MemberRoleChanged, subject).await?;
    Ok(commit(tx).await?)
}
