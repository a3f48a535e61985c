//! Sessions of browsers, through actix-session, kept in our own store so that they can be listed and ended.

use std::collections::HashMap;

use actix_session::config::{CookieContentSecurity, PersistentSession, TtlExtensionPolicy};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_session::{Session, SessionMiddleware};
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Key, SameSite};
use actix_web::web::Data;
use secrecy::ExposeSecret;

use crate::domain::App;
use crate::domain::accounts::sessions::{self, ABSOLUTE, State};
use crate::error::AppError;
use crate::model::account::Account;
use crate::model::ids::{AccountId, SessionId};
use crate::model::timestamp::{HOUR, Timestamp};
use crate::web::browser::{cookie_name, is_https};

const ACCOUNT: &str = "account";
const AUTHENTICATED_AT: &str = "authenticated_at";
/// When this person signed in: a renewed id is still the same session, and ends when that would have.
const STARTED_AT: &str = "started_at";
const ADDRESS: &str = "address";
const USER_AGENT: &str = "user_agent";
const PASSWORD_OF: &str = "password_of";
const RENEW: &str = "renew";
/// Not kept: all that is known of a session that could not be read.
const UNREADABLE: &str = "unreadable";
/// Not kept: told by the store with each load.
const ID: &str = "id";

/// For how long a password counts as just given, in milliseconds: after that, revealing and rotating secrets asks again.
pub const FRESH: i64 = 12 * HOUR;

/// The middleware around all pages.
pub fn middleware(app: &Data<App>) -> SessionMiddleware<OurStore> {
    let key = Key::derive_from(app.master_key.derive("session-cookie").as_slice());
    // The store ends sessions by its own clock; the cookie only has to live as long.
    let lifecycle = PersistentSession::default()
        .session_ttl(Duration::milliseconds(ABSOLUTE))
        .session_ttl_extension_policy(TtlExtensionPolicy::OnStateChanges);
    SessionMiddleware::builder(OurStore(app.clone()), key)
        .cookie_name(cookie_name(app, "session"))
        .cookie_secure(is_https(app))
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_content_security(CookieContentSecurity::Private)
        .session_lifecycle(lifecycle)
        .build()
}

/// Who is signed in, according to the session.
pub fn account_id(session: &Session) -> Option<AccountId> {
    session.get::<String>(ACCOUNT).ok().flatten()?.parse().ok()
}

/// The session's own id, to tell it apart in the list.
pub fn id(session: &Session) -> Option<SessionId> {
    session.get::<String>(ID).ok().flatten()?.parse().ok()
}

/// Whether there is a session that could not be read: nobody knows whose.
pub fn is_unreadable(session: &Session) -> bool {
    session.get::<bool>(UNREADABLE).ok().flatten().unwrap_or_default()
}

/// Whether the session was begun with the password that the account has now. Changing it ends sessions; this ends the one
/// that was being signed in with the old password at that very moment.
pub fn is_of(session: &Session, account: &Account) -> bool {
    session.get::<i64>(PASSWORD_OF).ok().flatten() == Some(account.password_changed_at.millis())
}

/// Whether the password was given recently enough for showing or rotating a secret.
pub fn is_fresh(session: &Session, now: Timestamp) -> bool {
    let at = session
        .get::<i64>(AUTHENTICATED_AT)
        .ok()
        .flatten()
        .map(Timestamp::from_millis);
    at.is_some_and(|at| now.since(at).as_millis() < FRESH as u128)
}

/// Signs an account in: a new session id, whatever the browser had before.
pub fn sign_in(
    session: &Session,
    account: &Account,
    now: Timestamp,
    address: &str,
    user_agent: &str,
) -> Result<(), AppError> {
    session.clear();
    session.renew();
    let failed = |error: actix_session::SessionInsertError| AppError::Internal(anyhow::anyhow!("{error}"));
    session.insert(ACCOUNT, account.id.to_string()).map_err(failed)?;
    session.insert(AUTHENTICATED_AT, now.millis()).map_err(failed)?;
    session.insert(STARTED_AT, now.millis()).map_err(failed)?;
    session
        .insert(PASSWORD_OF, account.password_changed_at.millis())
        .map_err(failed)?;
    session.insert(ADDRESS, address).map_err(failed)?;
    session.insert(USER_AGENT, user_agent).map_err(failed)
}

/// Notes that the password was given again, under a new session id.
pub fn confirm_password(session: &Session, now: Timestamp) -> Result<(), AppError> {
    session.renew();
    session
        .insert(AUTHENTICATED_AT, now.millis())
        .map_err(|error| AppError::Internal(anyhow::anyhow!("{error}")))
}

/// Signs out.
pub fn sign_out(session: &Session) {
    session.purge();
}

/// Asks for a new session cookie with the next page. A browser that keeps whole pages for its Back button throws away
/// a `no-store` page when a cookie changes after it: that is how a reveal is kept from coming back.
pub fn renew_with_next_page(session: &Session) -> Result<(), AppError> {
    session
        .insert(RENEW, true)
        .map_err(|error| AppError::Internal(anyhow::anyhow!("{error}")))
}

/// Renews if the page before asked for it.
pub fn renew_if_asked(session: &Session) {
    // Asked first: removing what is not there would count as a change, and write the session with every page.
    if session.get::<bool>(RENEW).ok().flatten().is_some() {
        session.remove(RENEW);
        session.renew();
    }
}

/// actix-session's store, over `domain::accounts::sessions`.
#[derive(Clone, Debug)]
pub struct OurStore(Data<App>);

impl SessionStore for OurStore {
    async fn load(&self, key: &SessionKey) -> Result<Option<HashMap<String, String>>, LoadError> {
        let found = match sessions::load(&self.0, key.as_ref()).await {
            Ok(found) => found,
            // Nobody is signed out because the database is away: `guard` answers, with a page, and the cookie stays.
            Err(error) => {
                error.log("a session could not be read");
                return Ok(Some(HashMap::from([(UNREADABLE.to_owned(), "true".to_owned())])));
            }
        };
        let Some(session) = found else { return Ok(None) };
        let mut entries: HashMap<String, String> =
            serde_json::from_str(&session.state).map_err(|error| LoadError::Deserialization(error.into()))?;
        entries.insert(ID.to_owned(), format!("\"{}\"", session.id));
        Ok(Some(entries))
    }

    async fn save(&self, state: HashMap<String, String>, _ttl: &Duration) -> Result<SessionKey, SaveError> {
        let state = state_of(&state).map_err(SaveError::Serialization)?;
        let cookie = sessions::save(&self.0, state)
            .await
            .map_err(|error| SaveError::Other(error.into()))?;
        let key = cookie.expose_secret().to_owned();
        SessionKey::try_from(key).map_err(|error| SaveError::Other(anyhow::anyhow!("{error}")))
    }

    async fn update(
        &self,
        key: SessionKey,
        state: HashMap<String, String>,
        _ttl: &Duration,
    ) -> Result<SessionKey, UpdateError> {
        let state = state_of(&state).map_err(UpdateError::Serialization)?;
        // A session that was ended meanwhile stays ended: it is not made again.
        sessions::update(&self.0, key.as_ref(), state)
            .await
            .map_err(|error| UpdateError::Other(error.into()))?;
        Ok(key)
    }

    async fn update_ttl(&self, _key: &SessionKey, _ttl: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        Ok(sessions::delete(&self.0, key.as_ref()).await?)
    }
}

/// actix-session keeps each value as JSON of its own.
fn state_of(entries: &HashMap<String, String>) -> anyhow::Result<State> {
    let text = |name: &str| -> Option<String> { serde_json::from_str(entries.get(name)?).ok() };
    let kept: HashMap<_, _> = entries.iter().filter(|(name, _)| *name != ID).collect();
    let millis = |name: &str| -> Option<i64> { serde_json::from_str(entries.get(name)?).ok() };
    let started_at = millis(STARTED_AT);
    Ok(State {
        started_at: started_at.map(Timestamp::from_millis),
        account: text(ACCOUNT).and_then(|id| id.parse().ok()),
        address: text(ADDRESS).unwrap_or_default(),
        user_agent: text(USER_AGENT).unwrap_or_default(),
        text: serde_json::to_string(&kept)?,
    })
}
