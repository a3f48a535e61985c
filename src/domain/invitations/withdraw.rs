//! Withdrawing an invitation: its link opens nothing any more.

use super::lock;
use crate::domain::App;
use crate::domain::access::ManageMembers;
use crate::domain::audit::{self, Subject};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::InvitationId;
use crate::model::invitation::Invitation;
use crate::store;
use crate::store::db::commit;

/// Withdraws it. What was accepted meanwhile is not there any more.
pub async fn withdraw(app: &App, proof: ManageMembers<'_>, id: InvitationId) -> Result<Invitation> {
    let tx = app.db.begin().await?;
    let workspace = lock(&tx, proof).await?;
    let found = store::invitations::find(&tx, workspace.id, id).await?;
    let known = found.ok_or(AppError::NotFound)?;
    proof.may_touch(&[known.role])?;
    store::invitations::delete(&tx, id).await?;
    let subject = Subject {
        name: known.email.to_string(),
        details: format!("as {}", known.role),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace.id, proof.by(), Action::InvitationWithdrawn, subject).await?;
    commit(tx).await?;
    Ok(known)
}
