//! Adding a member.

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::email::Email;
use crate::model::role::Role;
use crate::model::workspace::Workspace;
use crate::store;
use crate::store::db::commit;

/// Makes the account with this address a member.
pub async fn add(app: &App, by: &By, workspace: &Workspace, email: &str, role: Role) -> Result<()> {
    let email = Email::parse(email).map_err(|message| AppError::invalid("email", message))?;
    let found = store::accounts::find_by_email(app.db.reader(), &email).await?;
    let account = found
        .ok_or_else(|| AppError::invalid("email", "Nobody has an account with this address."))?
        .account;
    let tx = app.db.begin().await?;
    match store::members::insert(&tx, workspace.id, account.id, role, app.now()).await {
        Err(store::Error::Duplicate) => return Err(AppError::invalid("email", "This person is a member already.")),
        other => other?,
    }
    let subject = Subject {
        name: account.email.to_string(),
        details: format!("as {role}"),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace.id, by, Action::MemberAdded, subject).await?;
    Ok(commit(tx).await?)
}
