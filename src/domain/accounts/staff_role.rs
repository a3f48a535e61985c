//! Making somebody staff, giving them another role, or none: it holds from their next request on.

use crate::domain::App;
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::staff::StaffRole;
use crate::store;
use crate::store::db::commit;

/// Sets the role; only the operator does, at the command line.
pub async fn set_staff_role(app: &App, account: &Account, role: Option<StaffRole>) -> Result<Account> {
    let tx = app.db.begin().await?;
    store::accounts::set_staff_role(&tx, account.id, role).await?;
    let changed = store::accounts::find(&tx, account.id).await?;
    commit(tx).await?;
    changed.ok_or(AppError::NotFound)
}
