//! Creating an account whose owner needs no mail to prove the address: the operator does it, or the first link.

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::accounts::welcome;
use crate::error::{AppError, FieldErrors, Result};
use crate::model::account::Account;
use crate::model::email::Email;
use crate::model::ids::AccountId;
use crate::model::password::Password;
use crate::model::staff::StaffRole;
use crate::store::accounts::NewAccount;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// Creates a confirmed account.
pub async fn create(app: &App, email: &str, password: &str, staff: Option<StaffRole>) -> Result<Account> {
    let (email, password) = check(email, password)?;
    let hash = app.passwords.hash(&password).await?;
    let tx = app.db.begin().await?;
    let account = insert_confirmed(&tx, app, &email, hash, staff).await?;
    welcome::give(&tx, app, &account, &By::operator(), None).await?;
    commit(tx).await?;
    Ok(account)
}

/// Checks both fields at once.
pub(super) fn check(email: &str, password: &str) -> Result<(Email, Password)> {
    let mut errors = FieldErrors::default();
    let checked = errors.check("email", Email::parse(email));
    let password = errors.check("password", Password::parse(password, email));
    match (checked, password) {
        (Some(email), Some(password)) => Ok((email, password)),
        _ => Err(AppError::Invalid(errors)),
    }
}

/// The hash of a password that somebody chose for a new account with this address.
pub(in crate::domain) async fn hash_new_password(app: &App, email: &Email, password: &str) -> Result<String> {
    let (_, password) = check(email.as_str(), password)?;
    app.passwords.hash(&password).await
}

/// An account for somebody who has shown, by the link of an invitation, that the address is theirs. Sign-ups that wait for it are over.
pub(in crate::domain) async fn insert_invited(
    tx: &Tx,
    app: &App,
    email: &Email,
    password_hash: String,
) -> Result<Account> {
    let account = insert_confirmed(tx, app, email, password_hash, None)
        .await
        .map_err(|error| match error {
            AppError::Invalid(_) => AppError::invalid("", "This address has an account already: sign in with it."),
            other => other,
        })?;
    let sign_ups = store::sign_ups::ids_of(tx, email).await?;
    store::account_events::hand_over(tx, &sign_ups, account.id).await?;
    store::sign_ups::withdraw(tx, email).await?;
    Ok(account)
}

pub(super) async fn insert_confirmed(
    tx: &Tx,
    app: &App,
    email: &Email,
    password_hash: String,
    staff: Option<StaffRole>,
) -> Result<Account> {
    let now = app.now();
    let new = NewAccount {
        id: AccountId(app.new_id()),
        email,
        password_hash,
        staff,
        confirmed_at: Some(now),
        now,
    };
    store::accounts::insert(tx, new).await.map_err(|error| match error {
        store::Error::Duplicate => AppError::invalid("email", "This address has an account already."),
        other => other.into(),
    })
}
