//! Signing up: the same answer, the same work and the same time for an address that is new, that waits to be confirmed, and
//! that has an account. Only the mail differs, and only the owner of the address reads it.

use secrecy::ExposeSecret;

use super::{CONFIRMATION, create, mails};
use crate::domain::mail::outbox;
use crate::domain::throttle::Attempt;
use crate::domain::{App, seal};
use crate::error::Result;
use crate::store;
use crate::store::db::commit;
use crate::store::sign_ups::SignUp;

/// Keeps the sign-up and sends a mail. `browser` is the secret of the browser it comes from.
pub async fn sign_up(app: &App, email: &str, password: &str, browser: &str, address: &str) -> Result<()> {
    let (email, password) = create::check(email, password)?;
    let now = app.now();
    app.throttle.attempt(Attempt::SignUpAddress, address, now)?;
    app.throttle.attempt(Attempt::MailAccount, &email.folded(), now)?;
    let password_hash = app.passwords.hash(&password).await?;
    let known = store::accounts::find_by_email(app.db.reader(), &email).await?;
    let (token, expires_at) = (seal::token(&*app.random), now.plus(CONFIRMATION));
    let waiting = SignUp {
        email: email.clone(),
        password_hash,
        browser_digest: seal::digest(browser).to_vec(),
        expires_at,
    };
    // Also when there is an account: so that it takes as long. Nobody is ever told that token.
    let tx = app.db.begin().await?;
    store::sign_ups::insert(&tx, app.new_id(), &seal::digest(token.expose_secret()), waiting, now).await?;
    let mail = match known {
        Some(_) => mails::already_registered(app, &email)?,
        None => mails::confirm_email(app, &email, token.expose_secret(), expires_at)?,
    };
    outbox::put(&tx, app, &mail).await?;
    commit(tx).await?;
    app.mailer.wake();
    Ok(())
}
