//! Inbound tokens: a key's people make them for those who send webhooks in. How a request with one is judged is verification's
//! ([`crate::domain::verify::inbound`]).

mod create;
mod revoke;

pub use create::{MOST_OF_A_KEY, create, issue, view};
pub use revoke::revoke;

use crate::domain::App;
use crate::domain::access::{ManageKeys, ReadKeys};
use crate::domain::audit::{self, Subject};
use crate::domain::keys;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::{InboundTokenId, KeyId};
use crate::model::inbound::InboundToken;
use crate::model::key::Key;
use crate::profile::Inbound;
use crate::store::{self, Tx};

/// A key and its tokens, newest first.
pub async fn list(app: &App, proof: ReadKeys<'_>, key: KeyId) -> Result<(Key, Vec<InboundToken>)> {
    part(app)?;
    let key = keys::find(app, proof, key).await?;
    let tokens = store::inbound_tokens::list(app.db.reader(), key.id).await?;
    Ok((key, tokens))
}

/// One of them.
pub async fn find(app: &App, proof: ReadKeys<'_>, key: KeyId, id: InboundTokenId) -> Result<(Key, InboundToken)> {
    part(app)?;
    let key = keys::find(app, proof, key).await?;
    let found = store::inbound_tokens::find(app.db.reader(), key.id, id).await?;
    Ok((key, found.ok_or(AppError::NotFound)?))
}

/// What the profile says of inbound webhooks; not found where it says nothing.
fn part(app: &App) -> Result<&Inbound> {
    app.profile.inbound.as_ref().ok_or(AppError::NotFound)
}

/// Locks the key, which must be there and not revoked.
async fn open(tx: &Tx, app: &App, proof: ManageKeys<'_>, key: KeyId) -> Result<Key> {
    part(app)?;
    let found = store::keys::lock(tx, proof.ring().owner_id(), key).await?;
    found.ok_or(AppError::NotFound)
}

async fn record(
    tx: &Tx,
    app: &App,
    proof: ManageKeys<'_>,
    key: &Key,
    token: &InboundToken,
    action: Action,
) -> Result<()> {
    let subject = Subject {
        project_id: key.project_id,
        key_id: Some(key.id),
        name: key.called(),
        details: format!("{} ({})", token.template, token.display_prefix),
    };
    audit::record(tx, app, key.workspace_id, proof.by(), action, subject).await
}
