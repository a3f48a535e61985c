//! Issuing a key: for a program, which gets the text in the answer, or for a person, who sees it on the reveal page.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::audit::{self, Subject};
use crate::domain::keys::mint::{self, Minted};
use crate::domain::keys::reveal::{Secrets, Ticket};
use crate::domain::keys::{NewKey, bounds, limits, reveal};
use crate::domain::webhooks::{announce, secrets};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::expiry;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};
use crate::model::key_format::KeyText;
use crate::model::signing_secret::SigningSecret;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// A new key with the secrets nobody will ever read again.
#[derive(Debug)]
pub struct Issued {
    pub key: Key,
    pub text: KeyText,
    pub signing_secret: Option<SigningSecret>,
}

/// Issues a key to a program: the API, or the command line.
pub async fn issue(app: &App, proof: ManageKeys<'_>, new: NewKey) -> Result<Issued> {
    let minted = mint::mint(app, &new.key_type, new.environment)?;
    let tx = app.db.begin().await?;
    bounds::maker_still_may(&tx, app, proof, None).await?;
    let key = insert(&tx, app, proof, &new, &minted).await?;
    commit(tx).await?;
    Ok(Issued {
        key,
        text: minted.text,
        signing_secret: minted.signing_secret,
    })
}

/// Issues a key to a person: its text waits, sealed, for the reveal page of the browser that holds the ticket. A form
/// that is submitted twice makes one key; the second submission is told its id.
pub async fn issue_for_reveal(app: &App, proof: ManageKeys<'_>, new: NewKey, ticket: &Ticket) -> Result<KeyId> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let minted = mint::mint(app, &new.key_type, new.environment)?;
    let tx = app.db.begin().await?;
    // The lock puts the two submissions of a double click one after the other.
    store::workspaces::lock(&tx, proof.ring().workspace.id).await?;
    if let Some(made) = store::reveals::submitted(&tx, ticket.nonce_digest(), account).await? {
        return Ok(made);
    }
    let key = insert(&tx, app, proof, &new, &minted).await?;
    reveal::note_submission(&tx, app, account, ticket, key.id).await?;
    let secrets = Secrets {
        key: Some(&minted.text),
        signing_secret: minted.signing_secret.as_ref(),
    };
    reveal::put(&tx, app, account, key.id, ticket, secrets).await?;
    commit(tx).await?;
    Ok(key.id)
}

/// Takes a place of the plan, inserts the key and writes the audit row.
pub(super) async fn insert(tx: &Tx, app: &App, proof: ManageKeys<'_>, new: &NewKey, minted: &Minted) -> Result<Key> {
    limits::take_place(tx, app, &proof.ring().workspace, &new.key_type).await?;
    let key = key_from(app, proof, new, minted);
    insert_row(tx, app, proof, new, minted, &key).await?;
    let subject = Subject {
        project_id: key.project_id,
        key_id: Some(key.id),
        name: key.called(),
        details: String::new(),
    };
    audit::record(tx, app, key.workspace_id, proof.by(), Action::KeyCreated, subject).await?;
    announce::key_created(tx, app, &key, proof.by(), None).await?;
    Ok(key)
}

pub(super) fn key_from(app: &App, proof: ManageKeys<'_>, new: &NewKey, minted: &Minted) -> Key {
    let (ring, now) = (proof.ring(), app.now());
    Key {
        id: minted.id,
        workspace_id: ring.workspace.id,
        project_id: ring.project.as_ref().map(|project| project.id),
        owner_id: ring.owner_id(),
        type_id: new.key_type.id.clone(),
        environment: new.environment,
        name: new.name.to_string(),
        display_prefix: minted.display_prefix.clone(),
        public_text: new.key_type.public.then(|| minted.text.expose_secret().to_owned()),
        scopes: new.scopes.clone(),
        allowed_addresses: new.allowed_addresses.clone(),
        state: KeyState::Active,
        expires_at: new.expires_at,
        next_expiry_notice_at: expiry::next_notice(new.expires_at, now),
        webhook_url: new.webhook_url.as_ref().map(ToString::to_string),
        has_signing_secret: minted.signing_secret.is_some(),
        previous_secret_until: None,
        created_by: proof.by().actor.name().to_owned(),
        created_by_key: proof.maker().map(|maker| maker.key.id),
        created_at: now,
        updated_at: now,
        disabled_at: None,
        disabled_until: None,
        revoked_at: None,
        compromise: None,
        replaced_by: None,
        replaced_at: None,
        own_expires_at: None,
        revealed_at: None,
        last_use: None,
        version: 1,
    }
}

pub(super) async fn insert_row(
    tx: &Tx,
    app: &App,
    proof: ManageKeys<'_>,
    new: &NewKey,
    minted: &Minted,
    key: &Key,
) -> Result<()> {
    let signing_secret = match &minted.signing_secret {
        Some(secret) => Some(secrets::seal(app, key.id.0, secret)?),
        None => None,
    };
    let row = store::keys::NewKey {
        key,
        name: &new.name,
        digest: &minted.digest,
        signing_secret,
        created_by_account: proof.by().account(),
    };
    store::keys::insert(tx, row).await.map_err(name_is_taken)
}

/// The unique index over living names refuses a second one.
pub(super) fn name_is_taken(error: store::Error) -> AppError {
    match error {
        store::Error::Duplicate => AppError::invalid("name", "Another key has this name. Choose a different one."),
        other => other.into(),
    }
}
