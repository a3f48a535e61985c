//! Verification: is this key good for this request, at this instant?
//!
//! The order is the contract: present, form and checksum, look-up, state and expiry, suspension, environment, access or
//! scope; then usage. Each request asks the database, so that whatever was committed before it began is true for it.

mod judge;

use crate::domain::{App, seal};
use crate::error::Result;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState, LastUse};
use crate::model::timestamp::Timestamp;
use crate::model::verdict::{Identity, Refusal, Refused, Verdict};
use crate::profile::{Access, Environment};
use crate::store;

/// What is asked.
#[derive(Clone, Debug, Default)]
pub struct Question<'a> {
    /// What was presented, when anything was.
    pub credential: Option<&'a str>,
    /// The request's method, in capitals.
    pub method: Option<&'a str>,
    /// The request's path, as the profile's routes name it.
    pub path: Option<&'a str>,
    /// Scopes that are needed besides what the route asks for.
    pub scopes: &'a [String],
    /// The environment that is asked for.
    pub environment: Option<Environment>,
    /// Full access is needed unless the route names a scope: for what manages keys.
    pub full_access_unless_scoped: bool,
    /// From where.
    pub address: &'a str,
    pub user_agent: &'a str,
}

/// Answers. A refusal is an answer; an error means that there is none.
pub async fn verify(app: &App, question: &Question<'_>) -> Result<Verdict> {
    let now = app.now();
    let verdict = decide(app, question, now).await?;
    app.totals.count(&verdict);
    match &verdict {
        Verdict::Allowed(identity) => {
            let user_agent = question.user_agent.chars().take(200).collect();
            let last = LastUse {
                at: now,
                address: question.address.to_owned(),
                user_agent,
            };
            app.usage.accepted(identity.key.id, last);
        }
        Verdict::Refused(Refused {
            refusal,
            key: Some(key),
        }) => app.usage.refused(*key, refusal.reason(), now),
        Verdict::Refused(_) => {}
    }
    Ok(verdict)
}

async fn decide(app: &App, question: &Question<'_>, now: Timestamp) -> Result<Verdict> {
    let Some(text) = question.credential else {
        return Ok(refused(Refusal::Missing, None));
    };
    if app.profile.key_types_of_text(text).next().is_none() {
        return Ok(refused(Refusal::Malformed, None));
    }
    let found = store::keys::find_by_digest(app.db.reader(), &seal::digest(text)).await?;
    let Some(key) = found else {
        return Ok(refused(Refusal::Unknown, None));
    };
    let id = key.id;
    if let Some(refusal) = refused_by_state(&key, now) {
        return Ok(refused(refusal, Some(id)));
    }
    let identity = identify(app, key).await?;
    if identity.workspace.suspended_at.is_some() {
        return Ok(refused(Refusal::WorkspaceSuspended, Some(id)));
    }
    match judge::permits(&app.profile, &identity, question) {
        Err(refusal) => Ok(refused(refusal, Some(id))),
        Ok(()) => Ok(Verdict::Allowed(Box::new(identity))),
    }
}

fn refused_by_state(key: &Key, now: Timestamp) -> Option<Refusal> {
    match key.state {
        KeyState::Revoked => Some(Refusal::Revoked),
        KeyState::Disabled => Some(Refusal::Disabled),
        KeyState::Active => key.is_expired(now).then_some(Refusal::Expired),
    }
}

async fn identify(app: &App, key: Key) -> Result<Identity> {
    let db = app.db.reader();
    let gone = || store::Error::Corrupt("a key without a workspace".to_owned());
    let workspace = store::workspaces::find(db, key.workspace_id).await?.ok_or_else(gone)?;
    let project = match key.project_id {
        Some(id) => store::projects::find(db, key.workspace_id, id).await?,
        None => None,
    };
    // A type that the profile no longer has grants nothing but what its scopes say.
    let access = app
        .profile
        .key_type(&key.type_id)
        .map_or(Access::Scopes, |key_type| key_type.access);
    Ok(Identity {
        key,
        workspace,
        project,
        access,
    })
}

fn refused(refusal: Refusal, key: Option<KeyId>) -> Verdict {
    Verdict::Refused(Refused { refusal, key })
}
