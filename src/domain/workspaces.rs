//! Workspaces: the tenants.

mod allowance;
mod create;
mod rename;
mod suspend;

pub(in crate::domain) use allowance::allowance_on;
pub use allowance::{Allowance, Places, allowance, plan_of};
pub(in crate::domain) use create::create_first;
pub use create::{MOST_OF_A_PERSON, create};
pub use rename::{rename, seen};
pub(in crate::domain) use suspend::set_suspended;
pub use suspend::{resume, suspend};

use crate::domain::App;
use crate::domain::access::Standing;
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::workspace::{Membership, Workspace};
use crate::store;

/// The workspaces an account belongs to, oldest first.
pub async fn list(app: &App, account: &Account) -> Result<Vec<Membership>> {
    Ok(store::workspaces::list_for(app.db.reader(), account.id).await?)
}

/// A workspace as it is saved now, which may not be what it was when its page was asked for.
pub async fn now(app: &App, standing: &Standing) -> Result<Workspace> {
    let found = store::workspaces::find(app.db.reader(), standing.workspace.id).await?;
    found.ok_or(AppError::NotFound)
}

/// Whether an account belongs to more than one.
pub async fn has_several(app: &App, account: &Account) -> Result<bool> {
    Ok(store::workspaces::has_several(app.db.reader(), account.id).await?)
}
