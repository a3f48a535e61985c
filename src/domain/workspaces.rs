//! Workspaces: the tenants.

mod allowance;
mod create;
mod rename;
mod suspend;

pub use allowance::{Allowance, allowance, plan_of};
pub(in crate::domain) use create::create_first;
pub use create::{MOST_OF_A_PERSON, create};
pub use rename::rename;
pub use suspend::{resume, suspend};

use crate::domain::App;
use crate::error::Result;
use crate::model::account::Account;
use crate::model::workspace::Membership;
use crate::store;

/// The workspaces an account belongs to, oldest first.
pub async fn list(app: &App, account: &Account) -> Result<Vec<Membership>> {
    Ok(store::workspaces::list_for(app.db.reader(), account.id).await?)
}

/// Whether an account belongs to more than one.
pub async fn has_several(app: &App, account: &Account) -> Result<bool> {
    Ok(store::workspaces::has_several(app.db.reader(), account.id).await?)
}
