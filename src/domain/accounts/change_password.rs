//! Changing the password of somebody who knows it: all other browsers are signed out, links that reset it are dead.

use super::{mails, sign_in};
use crate::domain::App;
use crate::domain::mail::outbox;
use crate::error::{AppError, FieldErrors, Result};
use crate::model::account::Account;
use crate::model::ids::SessionId;
use crate::model::password::Password;
use crate::store;
use crate::store::db::commit;
use crate::store::mailed_links::Purpose;

/// Changes it; `session` goes on. The answer is the account as it is now.
pub async fn change_password(
    app: &App,
    account: &Account,
    current: &str,
    new: &str,
    session: Option<SessionId>,
    address: &str,
) -> Result<Account> {
    let new = Password::parse(new, account.email.as_str());
    let new = new.map_err(|message| AppError::Invalid(FieldErrors::one("password", message)))?;
    sign_in::confirm_password(app, account, current)
        .await
        .map_err(|error| match error {
            AppError::Invalid(_) => AppError::invalid("current_password", "This is not your password."),
            other => other,
        })?;
    let hash = app.passwords.hash(&new).await?;
    let now = app.now();
    let tx = app.db.begin().await?;
    store::accounts::set_password(&tx, account.id, hash, now).await?;
    store::mailed_links::withdraw(&tx, account.id, Purpose::ResetPassword).await?;
    store::sessions::delete_all_of(&tx, account.id, session).await?;
    outbox::put(&tx, app, &mails::password_changed(app, &account.email, now, address)?).await?;
    commit(tx).await?;
    app.mailer.wake();
    Ok(Account {
        password_changed_at: now,
        ..account.clone()
    })
}
