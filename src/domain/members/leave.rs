//! Leaving a workspace by oneself.

use super::remove::end_invitations;
use crate::domain::App;
use crate::domain::access::Standing;
use crate::domain::audit::{self, Subject};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::role::Role;
use crate::store;
use crate::store::db::commit;

/// The person is no member any more. Its last owner stays.
pub async fn leave(app: &App, standing: &Standing) -> Result<()> {
    let (workspace, account) = (standing.workspace.id, &standing.account);
    let tx = app.db.begin().await?;
    store::workspaces::lock(&tx, workspace)
        .await?
        .ok_or(AppError::NotFound)?;
    let role = store::members::role_of(&tx, workspace, account.id).await?;
    let role = role.ok_or(AppError::NotFound)?;
    if role == Role::Owner {
        super::keep_an_owner(&tx, workspace).await?;
    }
    store::members::delete(&tx, workspace, account.id).await?;
    end_invitations(&tx, workspace, account).await?;
    let subject = Subject {
        name: account.email.to_string(),
        details: format!("left; was {role}"),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace, standing.by(), Action::MemberRemoved, subject).await?;
    Ok(commit(tx).await?)
}
