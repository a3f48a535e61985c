//! The workspace in which somebody takes the first steps.

use crate::domain::{App, workspaces};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::role::{Deed, Role};
use crate::model::workspace::Membership;
use crate::store;

/// Where somebody is new.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) membership: Membership,
    /// Others were there before: there is something to find one's way in, and what they do is not one's own doing.
    pub(super) is_joined: bool,
}

/// The latest workspace the person runs; failing that, the latest in which keys are theirs to make; failing that, the latest.
pub(super) async fn of(app: &App, account: &Account) -> Result<Option<Place>> {
    let mut memberships = workspaces::list(app, account).await?;
    let may = |deed: Deed| move |membership: &Membership| membership.role.may(deed);
    let found = memberships
        .iter()
        .rposition(may(Deed::ManageProjects))
        .or_else(|| memberships.iter().rposition(may(Deed::ManageKeys)))
        .or_else(|| memberships.len().checked_sub(1));
    let Some(membership) = found.map(|found| memberships.swap_remove(found)) else {
        return Ok(None);
    };
    // Whoever makes a workspace owns it.
    let is_joined = membership.role != Role::Owner
        || store::members::is_anybody_before(app.db.reader(), membership.workspace.id, account.id).await?;
    Ok(Some(Place { membership, is_joined }))
}
