//! Invitations: asking people by mail to join a workspace. Whoever has the link shows that they read mail of that address, so
//! they need no account before, and no second mail. Whether an address has an account is told to nobody who invites it.

mod accept;
mod invite;
mod mails;
mod withdraw;

pub use accept::{Asked, accept, accept_as_newcomer, find};
pub use invite::{Outcome, invite, resend};
pub use withdraw::withdraw;

use crate::domain::App;
use crate::domain::access::{ManageMembers, Standing};
use crate::error::{AppError, Result};
use crate::model::invitation::Invitation;
use crate::model::role::{Deed, Role};
use crate::model::workspace::Workspace;
use crate::store::{self, Tx};

/// How many are listed.
const LISTED: u64 = 200;

/// Those of a workspace that are neither accepted nor withdrawn, the newest first; nothing for whoever does not manage members.
pub async fn list(app: &App, standing: &Standing) -> Result<Vec<Invitation>> {
    if !standing.may(Deed::ManageMembers) {
        return Ok(Vec::new());
    }
    Ok(store::invitations::list(app.db.reader(), standing.workspace.id, LISTED).await?)
}

/// The roles that somebody may invite to: at most their own.
pub fn roles(proof: ManageMembers<'_>) -> Vec<Role> {
    let all = Role::ALL.into_iter();
    all.filter(|role| proof.may_touch(&[*role]).is_ok()).collect()
}

/// Locks the workspace, so that places of its plan are given away one after the other.
async fn lock(tx: &Tx, proof: ManageMembers<'_>) -> Result<Workspace> {
    let locked = store::workspaces::lock(tx, proof.workspace().id).await?;
    locked.ok_or(AppError::NotFound)
}
