//! The first account, which is staff: made by the person who reads what the server prints at its start.

use secrecy::ExposeSecret;

use super::welcome::NewAccount;
use super::{create, welcome};
use crate::domain::access::By;
use crate::domain::throttle::Attempt;
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::staff::StaffRole;
use crate::model::timestamp::DAY;
use crate::store;
use crate::store::db::commit;
use crate::store::mailed_links::{MailedLink, Purpose};

/// While there is no account: a fresh one-time link that makes it, good for a day. An older one is dead from now on.
pub async fn first_link(app: &App) -> Result<Option<String>> {
    let (token, now) = (seal::token(&*app.random), app.now());
    let link = MailedLink {
        account_id: None,
        expires_at: now.plus(DAY),
    };
    let tx = app.db.begin().await?;
    if store::accounts::any(&tx).await? {
        return Ok(None);
    }
    let digest = seal::digest(token.expose_secret());
    store::mailed_links::replace(&tx, app.new_id(), Purpose::FirstAccount, &digest, link, now).await?;
    commit(tx).await?;
    Ok(Some(app.link(&format!("/sign-up?first={}", token.expose_secret()))))
}

/// Whether a link is good.
pub async fn is_good(app: &App, token: &str) -> Result<bool> {
    let db = app.db.reader();
    let found = store::mailed_links::find(db, Purpose::FirstAccount, &seal::digest(token), app.now()).await?;
    Ok(found.is_some() && !store::accounts::any(db).await?)
}

/// Makes the first account. Its address is taken on trust: the link proves more than a mail would.
pub async fn create_first(
    app: &App,
    token: &str,
    (email, password): (&str, &str),
    browser: &str,
    address: &str,
) -> Result<NewAccount> {
    let (email, password) = create::check(email, password)?;
    app.throttle.attempt(Attempt::SignUpAddress, address, app.now())?;
    let hash = app.passwords.hash(&password).await?;
    let tx = app.db.begin().await?;
    let digest = seal::digest(token);
    let link = store::mailed_links::find(&tx, Purpose::FirstAccount, &digest, app.now()).await?;
    if link.is_none() || store::accounts::any(&tx).await? || !store::mailed_links::consume(&tx, &digest).await? {
        return Err(AppError::Conflict(
            "This link was used already, or there is an account by now.".to_owned(),
        ));
    }
    let account = create::insert_confirmed(&tx, app, &email, hash, Some(StaffRole::Administer)).await?;
    store::sign_ups::withdraw(&tx, &email).await?;
    let by = By::person(&account, address);
    let gift = welcome::give(&tx, app, &account, &by, Some(browser)).await?;
    commit(tx).await?;
    Ok(NewAccount { account, gift })
}
