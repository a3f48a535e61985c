//! The workspace in which somebody takes the first steps.

use crate::domain::{App, workspaces};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::role::Deed;
use crate::model::workspace::Membership;

/// The latest workspace the person runs; failing that, the latest in which keys are theirs to make.
pub(super) async fn of(app: &App, account: &Account) -> Result<Option<Membership>> {
    let mut memberships = workspaces::list(app, account).await?;
    let may = |deed: Deed| move |membership: &Membership| membership.role.may(deed);
    let found = memberships
        .iter()
        .rposition(may(Deed::ManageProjects))
        .or_else(|| memberships.iter().rposition(may(Deed::ManageKeys)));
    Ok(found.map(|found| memberships.swap_remove(found)))
}
