//! Sessions: kept by us, so that they can be listed and ended. The cookie carries a random key; we keep its digest.

use secrecy::{ExposeSecret, SecretString};

use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::account::{Account, SignedIn};
use crate::model::ids::{AccountId, SessionId};
use crate::model::timestamp::{DAY, MINUTE, Timestamp};
use crate::store;
use crate::store::db::commit;
use crate::store::sessions::StoredSession;

/// A session that is not used ends after this, in milliseconds.
pub const IDLE: i64 = 14 * DAY;

/// Every session ends after this, in milliseconds.
pub const ABSOLUTE: i64 = 30 * DAY;

/// What the web layer keeps of a session.
#[derive(Clone, Debug, Default)]
pub struct State {
    pub account: Option<AccountId>,
    /// When it began, if it is a renewed one.
    pub started_at: Option<Timestamp>,
    /// JSON.
    pub text: String,
    pub address: String,
    pub user_agent: String,
}

/// The session behind a cookie, while it lives.
pub async fn load(app: &App, cookie: &str) -> Result<Option<StoredSession>> {
    let now = app.now();
    let Some(session) = store::sessions::find(app.db.reader(), &seal::digest(cookie)).await? else {
        return Ok(None);
    };
    if now >= session.expires_at {
        return Ok(None);
    }
    // Written down once a minute at most: a page view is no write.
    if now.since(session.last_seen_at).as_millis() >= MINUTE as u128 {
        // A page that only reads is shown also while nothing can be written.
        if let Err(error) = touch(app, &session, now).await {
            error.log("when a session was last used could not be written down");
        }
    }
    Ok(Some(session))
}

async fn touch(app: &App, session: &StoredSession, now: Timestamp) -> Result<()> {
    let tx = app.db.begin().await?;
    let expires_at = end(session.created_at, now);
    store::sessions::touch(&tx, session.id, &session.address, now, expires_at).await?;
    Ok(commit(tx).await?)
}

/// Keeps a new session; the answer is what its cookie carries.
pub async fn save(app: &App, state: State) -> Result<SecretString> {
    let (cookie, now) = (seal::token(&*app.random), app.now());
    let created_at = state.started_at.unwrap_or(now);
    let session = StoredSession {
        id: SessionId(app.new_id()),
        account_id: state.account,
        state: state.text,
        address: state.address,
        user_agent: state.user_agent,
        created_at,
        last_seen_at: now,
        expires_at: end(created_at, now),
    };
    // A renewed id is no new sign-in.
    let signed_in = session.account_id.filter(|_| state.started_at.is_none());
    let tx = app.db.begin().await?;
    if let Some(account) = signed_in {
        store::accounts::note_sign_in(&tx, account, now).await?;
    }
    store::sessions::insert(&tx, &seal::digest(cookie.expose_secret()), session).await?;
    commit(tx).await?;
    Ok(cookie)
}

/// When a session ends that is used now.
fn end(created_at: Timestamp, now: Timestamp) -> Timestamp {
    now.plus(IDLE).min(created_at.plus(ABSOLUTE))
}

/// Replaces a session's state; false when it was ended meanwhile.
pub async fn update(app: &App, cookie: &str, state: State) -> Result<bool> {
    let tx = app.db.begin().await?;
    let updated = store::sessions::set_state(&tx, &seal::digest(cookie), state.account, state.text).await?;
    commit(tx).await?;
    Ok(updated)
}

/// Ends the session behind a cookie.
pub async fn delete(app: &App, cookie: &str) -> Result<()> {
    let tx = app.db.begin().await?;
    store::sessions::delete(&tx, &seal::digest(cookie)).await?;
    Ok(commit(tx).await?)
}

/// An account's living sessions, the latest seen first.
pub async fn list(app: &App, account: &Account) -> Result<Vec<SignedIn>> {
    Ok(store::sessions::list(app.db.reader(), account.id, app.now()).await?)
}

/// Whether this session of the account has not ended.
pub async fn lives(app: &App, account: &Account, id: SessionId) -> Result<bool> {
    Ok(store::sessions::lives(app.db.reader(), account.id, id, app.now()).await?)
}

/// Ends one of an account's sessions; somebody else's is not found.
pub async fn revoke(app: &App, account: &Account, id: SessionId) -> Result<()> {
    let tx = app.db.begin().await?;
    if !store::sessions::delete_of(&tx, account.id, id).await? {
        return Err(AppError::NotFound);
    }
    Ok(commit(tx).await?)
}

/// Ends all of an account's sessions but one.
pub async fn revoke_others(app: &App, account: &Account, but: Option<SessionId>) -> Result<u64> {
    let tx = app.db.begin().await?;
    let ended = store::sessions::delete_all_of(&tx, account.id, but).await?;
    commit(tx).await?;
    Ok(ended)
}
