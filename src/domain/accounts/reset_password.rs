//! A forgotten password: a mail with a link, the same answer in the same time for an address that nobody has.

use secrecy::ExposeSecret;

use super::{RESET, mails};
use crate::domain::mail::outbox;
use crate::domain::throttle::Attempt;
use crate::domain::{App, seal};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::account::Account;
use crate::model::email::Email;
use crate::model::password::Password;
use crate::store;
use crate::store::db::commit;
use crate::store::mailed_links::{MailedLink, Purpose};

/// Sends the link, if the address has an account.
pub async fn ask(app: &App, email: &str, address: &str) -> Result<()> {
    let email = Email::parse(email).map_err(|message| AppError::Invalid(FieldErrors::one("email", message)))?;
    let now = app.now();
    app.throttle.attempt(Attempt::MailAddress, address, now)?;
    app.throttle.attempt(Attempt::MailAccount, &email.folded(), now)?;
    let found = store::accounts::find_by_email(app.db.reader(), &email).await?;
    let (token, expires_at) = (seal::token(&*app.random), now.plus(RESET));
    let link = MailedLink {
        account_id: found.as_ref().map(|found| found.account.id),
        expires_at,
    };
    // Also without an account: so that it takes as long. A link of nobody's resets nothing.
    let tx = app.db.begin().await?;
    let digest = seal::digest(token.expose_secret());
    store::mailed_links::replace(&tx, app.new_id(), Purpose::ResetPassword, &digest, link, now).await?;
    let to = found.as_ref().map_or(&email, |found| &found.account.email);
    let mail = mails::reset_password(app, to, token.expose_secret(), expires_at)?;
    match found {
        Some(_) => outbox::put(&tx, app, &mail).await?,
        None => outbox::put_for_nobody(&tx, app, &mail).await?,
    }
    commit(tx).await?;
    app.mailer.wake();
    Ok(())
}

/// Whose password a link resets; nothing when it is used up, too old or made up.
pub async fn account_of(app: &App, token: &str) -> Result<Option<Account>> {
    let db = app.db.reader();
    let link = store::mailed_links::find(db, Purpose::ResetPassword, &seal::digest(token), app.now()).await?;
    match link.and_then(|link| link.account_id) {
        Some(id) => Ok(store::accounts::find(db, id).await?),
        None => Ok(None),
    }
}

/// Sets the password, ends all sessions, and tells the owner. The address is proven by the way.
pub async fn reset(app: &App, token: &str, password: &str, address: &str) -> Result<Account> {
    let dead = || AppError::Conflict("This link was used already, or it is too old.".to_owned());
    let account = account_of(app, token).await?.ok_or_else(dead)?;
    let password = Password::parse(password, account.email.as_str())
        .map_err(|message| AppError::Invalid(FieldErrors::one("password", message)))?;
    let hash = app.passwords.hash(&password).await?;
    let now = app.now();
    let tx = app.db.begin().await?;
    if !store::mailed_links::consume(&tx, &seal::digest(token)).await? {
        return Err(dead());
    }
    store::accounts::set_password(&tx, account.id, hash, now).await?;
    store::accounts::confirm(&tx, account.id, now).await?;
    store::mailed_links::withdraw(&tx, account.id, Purpose::ResetPassword).await?;
    store::sessions::delete_all_of(&tx, account.id, None).await?;
    outbox::put(&tx, app, &mails::password_changed(app, &account.email, now, address)?).await?;
    commit(tx).await?;
    app.mailer.wake();
    app.throttle.forgive(Attempt::SignInAccount, &account.email.folded());
    let account = Account {
        password_changed_at: now,
        email_confirmed_at: Some(now),
        ..account
    };
    Ok(account)
}
