//! Whether a session is good at this instant: its token is ours and not over, embed mode is what it was when it was minted, and the
//! key that minted it still works.

use crate::domain::App;
use crate::domain::embed::session;
use crate::error::Result;
use crate::model::embed::{EmbedRefusal, Partner, SessionKind};
use crate::model::ids::{KeyId, OwnerId};
use crate::model::key::{Key, KeyState};
use crate::model::key_format::KeyText;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Refusal;
use crate::model::workspace::{Project, Workspace};
use crate::store;

/// What is asked of a session besides being good.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    pub kind: Option<SessionKind>,
    /// The origin of the page that presents it.
    pub origin: Option<&'a str>,
}

/// A good session.
#[derive(Clone, Debug)]
pub struct Verified {
    pub kind: SessionKind,
    pub publishable_key: String,
    /// The key that minted it: the session's environment is the key's.
    pub key: Key,
    pub workspace: Workspace,
    pub project: Option<Project>,
    pub subject: Option<String>,
    pub origin: Option<String>,
    pub expires_at: Timestamp,
}

/// Why a session is not good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionRefusal {
    /// Not one of ours.
    Unknown,
    Expired,
    /// Embed mode was disabled, or its signing key rotated, since it was minted.
    Ended,
    /// A session where a catalog was wanted, or the other way round.
    OtherKind,
    /// It is bound to another origin.
    OtherOrigin,
    /// Embed mode is off or suspended.
    Embed(EmbedRefusal),
    /// The key that minted it, or its workspace.
    Key(Refusal),
}

impl SessionRefusal {
    /// The status to answer the page with.
    pub fn status(&self) -> u16 {
        match self {
            Self::Embed(refusal) => refusal.status(),
            Self::Key(refusal) => refusal.status(),
            _ => 401,
        }
    }

    /// What to tell the page.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Embed(refusal) => refusal.code(),
            Self::Key(refusal) => refusal.code(),
            _ => "invalid_credentials",
        }
    }

    /// Exactly what is wrong.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Expired => "expired",
            Self::Ended => "ended",
            Self::OtherKind => "other_type",
            Self::OtherOrigin => "other_origin",
            Self::Embed(refusal) => refusal.reason(),
            Self::Key(refusal) => match refusal {
                Refusal::WorkspaceSuspended | Refusal::ProjectSuspended | Refusal::EnvironmentStopped => {
                    refusal.reason()
                }
                _ => "key",
            },
        }
    }

    /// A sentence for who reads the page's log.
    pub fn message(&self) -> String {
        match self {
            Self::Embed(EmbedRefusal::Suspended) => EmbedRefusal::Suspended.message().to_owned(),
            Self::Key(
                refusal @ (Refusal::WorkspaceSuspended | Refusal::ProjectSuspended | Refusal::EnvironmentStopped),
            ) => refusal.message(),
            _ => "This embed session is not valid: it is unknown or over, or not for this. Mint a new one.".to_owned(),
        }
    }
}

/// Verifies. A refusal is an answer.
pub async fn verify(
    app: &App,
    token: &KeyText,
    wanted: Wanted<'_>,
) -> Result<std::result::Result<Verified, SessionRefusal>> {
    super::part(app)?;
    let Some(claims) = session::read(app, token) else {
        return Ok(Err(SessionRefusal::Unknown));
    };
    let Ok(kind) = claims.kind.parse::<SessionKind>() else {
        return Ok(Err(SessionRefusal::Unknown));
    };
    let expires_at = Timestamp::from_millis(claims.expires_at);
    if app.now() >= expires_at {
        return Ok(Err(SessionRefusal::Expired));
    }
    let db = app.db.reader();
    let partner = store::embed_partners::find(db, OwnerId(claims.owner)).await?;
    if let Some(refusal) = Partner::refusal(partner.as_ref()) {
        return Ok(Err(SessionRefusal::Embed(refusal)));
    }
    let is_same = |partner: &Partner| {
        partner.generation == claims.generation
            && partner.publishable_key.as_deref() == Some(claims.publishable_key.as_str())
    };
    let Some(partner) = partner.filter(is_same) else {
        return Ok(Err(SessionRefusal::Ended));
    };
    let key = store::keys::find_of_any_tenant(db, KeyId(claims.key)).await?;
    let Some(key) = key.filter(|key| key.owner_id == partner.owner_id) else {
        return Ok(Err(SessionRefusal::Key(Refusal::Unknown)));
    };
    if let Some(refusal) = refusal_of(&key, app.now()) {
        return Ok(Err(SessionRefusal::Key(refusal)));
    }
    let workspace = store::workspaces::find(db, key.workspace_id).await?;
    let workspace = workspace.ok_or_else(|| store::Error::Corrupt("a key without a workspace".to_owned()))?;
    if workspace.suspended_at.is_some() {
        return Ok(Err(SessionRefusal::Key(Refusal::WorkspaceSuspended)));
    }
    let project = match key.project_id {
        Some(id) => store::projects::find(db, workspace.id, id).await?,
        None => None,
    };
    if project.as_ref().is_some_and(|project| project.suspended_at.is_some()) {
        return Ok(Err(SessionRefusal::Key(Refusal::ProjectSuspended)));
    }
    let stops = project.as_ref().map_or(&workspace.stops, |project| &project.stops);
    if stops.of(key.environment).is_some() {
        return Ok(Err(SessionRefusal::Key(Refusal::EnvironmentStopped)));
    }
    if wanted.kind.is_some_and(|wanted| wanted != kind) {
        return Ok(Err(SessionRefusal::OtherKind));
    }
    // A session that is bound to no origin may be used by any page.
    let bound = claims.origin.as_deref().zip(wanted.origin);
    if bound.is_some_and(|(bound, asked)| bound != asked) {
        return Ok(Err(SessionRefusal::OtherOrigin));
    }
    Ok(Ok(Verified {
        kind,
        publishable_key: claims.publishable_key,
        key,
        workspace,
        project,
        subject: claims.subject,
        origin: claims.origin,
        expires_at,
    }))
}

fn refusal_of(key: &Key, now: Timestamp) -> Option<Refusal> {
    match key.state_at(now) {
        KeyState::Revoked => Some(Refusal::Revoked),
        KeyState::Compromised => Some(Refusal::Compromised),
        KeyState::Disabled => Some(Refusal::Disabled),
        KeyState::Active => key.is_expired(now).then_some(Refusal::Expired),
    }
}
