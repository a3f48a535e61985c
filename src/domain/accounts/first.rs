//! The first account of all: whoever starts the server is given a link that makes it, once.

use secrecy::ExposeSecret;

use crate::domain::{App, seal};
use crate::error::Result;
use crate::model::timestamp::HOUR;
use crate::store;
use crate::store::db::commit;
use crate::store::mailed_links::{MailedLink, Purpose};

/// For how long the link works.
const LIFE: i64 = 24 * HOUR;

/// A fresh link while there is no account yet; older ones stop working.
pub async fn first_link(app: &App) -> Result<Option<String>> {
    let now = app.now();
    let token = seal::token(&*app.random);
    let tx = app.db.begin().await?;
    if store::accounts::any(&tx).await? {
        return Ok(None);
    }
    let link = MailedLink {
        account_id: None,
        browser_digest: None,
        expires_at: now.plus(LIFE),
    };
    let digest = seal::digest(token.expose_secret());
    store::mailed_links::replace(&tx, app.new_id(), Purpose::FirstAccount, &digest, link, now).await?;
    commit(tx).await?;
    Ok(Some(app.link(&format!("/sign-up?first={}", token.expose_secret()))))
}
