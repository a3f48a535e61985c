//! Workspaces: the tenants.

mod create;
mod rename;
mod suspend;

pub use create::create;
pub use rename::rename;
pub use suspend::{resume, suspend};

use crate::domain::App;
use crate::error::Result;
use crate::model::account::Account;
use crate::model::workspace::{Member, Membership};
use crate::store;

use super::access::Standing;

/// The workspaces an account belongs to, oldest first.
pub async fn list(app: &App, account: &Account) -> Result<Vec<Membership>> {
    Ok(store::workspaces::list_for(app.db.reader(), account.id).await?)
}

/// The members of a workspace; every member sees them.
pub async fn members(app: &App, standing: &Standing) -> Result<Vec<Member>> {
    Ok(store::members::list(app.db.reader(), standing.workspace.id).await?)
}
