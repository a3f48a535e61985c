//! Members: who belongs to a workspace, and in which role. A workspace never loses its last owner.

mod add;
mod change_role;
mod leave;
mod remove;

pub use add::add;
pub use change_role::change_role;
pub use leave::leave;
pub use remove::remove;

use crate::domain::App;
use crate::domain::access::{ManageMembers, Standing};
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::email::Email;
use crate::model::ids::{AccountId, WorkspaceId};
use crate::model::key::Key;
use crate::model::role::Role;
use crate::model::workspace::Member;
use crate::store::{self, Tx};

/// The members of a workspace, the longest-standing first; every member sees them.
pub async fn list(app: &App, standing: &Standing) -> Result<Vec<Member>> {
    Ok(store::members::list(app.db.reader(), standing.workspace.id).await?)
}

/// One of the members; other people are not found.
pub async fn find(app: &App, standing: &Standing, id: AccountId) -> Result<Member> {
    let members = list(app, standing).await?;
    let found = members.into_iter().find(|member| member.account_id == id);
    found.ok_or(AppError::NotFound)
}

/// How many keys are listed before somebody goes.
const KEYS_LISTED: u64 = 100;

/// Keys that a member has made and that work, or can be switched on again, the newest first: what stays behind when they go. And whether
/// there are more.
pub async fn keys_made_by(app: &App, standing: &Standing, id: AccountId) -> Result<(Vec<Key>, bool)> {
    let (db, workspace) = (app.db.reader(), standing.workspace.id);
    let mut keys = store::keys::usable_of(db, workspace, id, app.now(), KEYS_LISTED + 1).await?;
    let is_more = keys.len() as u64 > KEYS_LISTED;
    keys.truncate(KEYS_LISTED as usize);
    Ok((keys, is_more))
}

/// The account that has this address.
async fn account_of(app: &App, email: &str) -> Result<Account> {
    let found = store::accounts::find_by_email(app.db.reader(), &Email::presented(email)).await?;
    if let Some(found) = found {
        return Ok(found.account);
    }
    let why = match Email::parse(email) {
        Ok(_) => "Nobody has an account with this address.",
        Err(why) => why,
    };
    Err(AppError::invalid("email", why))
}

/// Locks the workspace, so that two changes of its owners come one after the other, and reads the member's role.
async fn lock_role(tx: &Tx, proof: ManageMembers<'_>, account: &Account) -> Result<Role> {
    let workspace = proof.workspace().id;
    store::workspaces::lock(tx, workspace)
        .await?
        .ok_or(AppError::NotFound)?;
    store::members::role_of(tx, workspace, account.id)
        .await?
        .ok_or_else(|| AppError::Conflict("This person is not a member.".to_owned()))
}

/// Refuses to take the last owner away.
async fn keep_an_owner(tx: &Tx, workspace: WorkspaceId) -> Result<()> {
    if store::members::count_owners(tx, workspace).await? > 1 {
        return Ok(());
    }
    Err(AppError::Conflict(
        "A workspace keeps its last owner. Make somebody else an owner first.".to_owned(),
    ))
}
