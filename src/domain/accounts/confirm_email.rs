//! Following the link of a sign-up's mail: this makes the account.
//!
//! A sign-up belongs to the browser it was typed in. There, one click is enough. In any other browser the password chosen at
//! sign-up is asked for: a person who is sent a link that somebody else asked for cannot, by a careless click, turn the
//! stranger's password into the password of their own account. Several sign-ups for one address do not disturb each other; the first
//! one that is confirmed wins.

use subtle::ConstantTimeEq;

use super::welcome::NewAccount;
use super::{CONFIRMATION, create, mails, welcome};
use crate::domain::access::By;
use crate::domain::mail::Mail;
use crate::domain::throttle::Attempt;
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::email::Email;
use crate::model::password::Password;
use crate::model::timestamp::Timestamp;
use crate::store;
use crate::store::db::commit;
use crate::store::sign_ups::SignUp;

/// What a good link is about.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub email: Email,
    /// Whether the password is asked for, because this is another browser.
    pub asks_for_password: bool,
}

/// The sign-up behind a link; nothing when it is used up, too old or made up. Looking uses nothing up: programs that check
/// mails for bad links follow them.
pub async fn waiting(app: &App, token: &str, browser: &str) -> Result<Option<Waiting>> {
    let found = store::sign_ups::find(app.db.reader(), &seal::digest(token), app.now()).await?;
    Ok(found.map(|sign_up| Waiting {
        asks_for_password: !is_from(&sign_up, browser),
        email: sign_up.email,
    }))
}

/// Makes the account.
pub async fn confirm(app: &App, token: &str, browser: &str, password: &str, address: &str) -> Result<NewAccount> {
    let digest = seal::digest(token);
    let found = store::sign_ups::find(app.db.reader(), &digest, app.now()).await?;
    let sign_up = found.ok_or_else(dead)?;
    if !is_from(&sign_up, browser) {
        let who = &sign_up.email.folded();
        app.throttle.attempt(Attempt::ConfirmPassword, who, app.now())?;
        let presented = Password::presented(password);
        if !app.passwords.verify(&presented, Some(&sign_up.password_hash)).await? {
            return Err(AppError::invalid(
                "password",
                "This is not the password chosen at sign-up. Did you sign up more than once? Then take the newest mail.",
            ));
        }
        app.throttle.forgive(Attempt::ConfirmPassword, who);
    }
    let tx = app.db.begin().await?;
    let account = create::insert_confirmed(&tx, app, &sign_up.email, sign_up.password_hash, None)
        .await
        .map_err(|error| match error {
            // Another sign-up for the address was confirmed first.
            AppError::Invalid(_) => dead(),
            other => other,
        })?;
    // What support did while it waited is the account's own record from now on.
    let sign_ups = store::sign_ups::ids_of(&tx, &sign_up.email).await?;
    store::account_events::hand_over(&tx, &sign_ups, account.id).await?;
    // Not before: what is on record of a sign-up goes with it.
    if !store::sign_ups::consume(&tx, &digest).await? {
        return Err(dead());
    }
    store::sign_ups::withdraw(&tx, &sign_up.email).await?;
    let by = By::person(&account, address);
    let gift = welcome::give(&tx, app, &account, &by, Some(browser)).await?;
    commit(tx).await?;
    Ok(NewAccount { account, gift })
}

/// The mail with a link that was just made, and until when that is good.
pub(in crate::domain) fn mail(app: &App, to: &Email, token: &str) -> Result<(Mail, Timestamp)> {
    let until = app.now().plus(CONFIRMATION);
    Ok((mails::confirm_email(app, to, token, until)?, until))
}

fn is_from(sign_up: &SignUp, browser: &str) -> bool {
    seal::digest(browser).as_slice().ct_eq(&sign_up.browser_digest).into()
}

fn dead() -> AppError {
    AppError::Conflict("This link was used already, or it is too old.".to_owned())
}
