//! Signing in: the same answer, in the same time, for a wrong password and for an address nobody has.

use crate::domain::App;
use crate::domain::accounts::Marks;
use crate::domain::throttle::Attempt;
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::email::Email;
use crate::model::password::Password;
use crate::store;

const WRONG: &str = "This email address and password do not match.";

/// The account, if the password is its own and its address is confirmed. `marks` are those of the browser that asks.
pub async fn sign_in(app: &App, email: &str, password: &str, address: &str, marks: &Marks) -> Result<Account> {
    // One address has many spellings, and one throttle.
    let email = Email::presented(email);
    let who = email.folded();
    // Who has no marks is let wait before anything is looked up.
    if marks.is_empty() {
        attempt(app, &who, address)?;
    }
    let found = store::accounts::find_by_email(app.db.reader(), &email).await?;
    let own = marks.number_for(app, found.as_ref().map(|found| &found.account));
    // A browser that has used up its own attempts is a stranger's.
    let own = own.filter(|number| app.throttle.attempt(Attempt::SignInDevice, number, app.now()).is_ok());
    if own.is_none() && !marks.is_empty() {
        attempt(app, &who, address)?;
    }
    let hash = found.as_ref().map(|found| found.password_hash.as_str());
    let matches = app.passwords.verify(&Password::presented(password), hash).await?;
    match &found {
        // An unconfirmed account answers like none: who holds the address finds the link in the mail.
        Some(found) if matches && found.account.email_confirmed_at.is_some() => {
            match own {
                // What strangers have used up stays used up.
                Some(number) => app.throttle.forgive(Attempt::SignInDevice, number),
                None => app.throttle.forgive(Attempt::SignInAccount, &who),
            }
            Ok(found.account.clone())
        }
        _ => Err(AppError::invalid("", WRONG)),
    }
}

/// Counts an attempt of somebody who may be anybody.
fn attempt(app: &App, email: &str, address: &str) -> Result<()> {
    let now = app.now();
    app.throttle.attempt(Attempt::SignInAddress, address, now)?;
    app.throttle.attempt(Attempt::SignInAccount, email, now)
}

/// Checks the password of somebody who is signed in.
pub async fn confirm_password(app: &App, account: &Account, password: &str) -> Result<()> {
    let who = account.id.to_string();
    app.throttle.attempt(Attempt::ConfirmPassword, &who, app.now())?;
    let found = store::accounts::find_with_hash(app.db.reader(), account.id).await?;
    let hash = found.as_ref().map(|found| found.password_hash.as_str());
    if !app.passwords.verify(&Password::presented(password), hash).await? {
        return Err(AppError::invalid("password", "This is not your password."));
    }
    app.throttle.forgive(Attempt::ConfirmPassword, &who);
    Ok(())
}
