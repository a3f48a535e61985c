//! How every change of a key goes: lock, refuse what is frozen, change, write as a new version, record.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::audit::{self, Subject};
use crate::domain::keys::bounds;
use crate::domain::keys::brown_out::end_if_over;
use crate::domain::keys::issue::name_is_taken;
use crate::domain::verify::changes;
use crate::domain::webhooks::announce;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};
use crate::model::webhook::StopReason;
use crate::profile::Access;
use crate::store::changes::Changed;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// What a change did: the line for the trail, or nothing when all was so already.
pub(super) type Change = Option<(Action, String)>;

/// Changes a key inside one transaction.
pub(super) async fn change(
    app: &App,
    proof: ManageKeys<'_>,
    id: KeyId,
    apply: impl FnOnce(&mut Key) -> Result<Change>,
) -> Result<Key> {
    let tx = app.db.begin().await?;
    bounds::maker_still_may(&tx, app, proof, Some(id)).await?;
    let mut key = open_for_change(&tx, app, proof, id).await?;
    let held = key.scopes.clone();
    if let Some((action, details)) = apply(&mut key)? {
        let changed = write(&tx, app, proof, &mut key, action, details).await?;
        // What it has since today only, nothing can have needed for long.
        let granted = key.scopes.iter().filter(|scope| !held.contains(scope));
        store::usage::callers::granted(&tx, key.id, granted, app.now()).await?;
        changes::commit(app, tx, &changed).await?;
    } else {
        // That a disablement was over may have been written down.
        commit(tx).await?;
    }
    Ok(key)
}

/// Locks a key that may be changed by this holder, as it is now.
pub(super) async fn open_for_change(tx: &Tx, app: &App, proof: ManageKeys<'_>, id: KeyId) -> Result<Key> {
    let mut key = store::keys::lock(tx, proof.ring().owner_id(), id)
        .await?
        .ok_or(AppError::NotFound)?;
    bounds::may_touch(proof, &key, access_of(app, &key))?;
    end_if_over(tx, app, &mut key).await?;
    Ok(key)
}

/// Writes a changed key as its next version, with a line in the trail and, when that revoked it, what follows from it.
pub(super) async fn write(
    tx: &Tx,
    app: &App,
    proof: ManageKeys<'_>,
    key: &mut Key,
    action: Action,
    details: String,
) -> Result<Changed> {
    let changed = write_version(tx, app, proof, key, action, details).await?;
    if key.is_frozen() {
        // Its secret signs nothing any more.
        store::webhooks::deliveries::stop_of_key(tx, key.id, StopReason::KeyRevoked, app.now()).await?;
        announce::key_revoked(tx, app, key, proof.by()).await?;
    }
    Ok(changed)
}

/// Only the version and its line: for what follows nothing from.
pub(super) async fn write_version(
    tx: &Tx,
    app: &App,
    proof: ManageKeys<'_>,
    key: &mut Key,
    action: Action,
    details: String,
) -> Result<Changed> {
    key.version += 1;
    key.updated_at = app.now();
    let changed = store::keys::update(tx, key).await.map_err(name_is_taken)?;
    let subject = Subject {
        project_id: key.project_id,
        key_id: Some(key.id),
        name: key.called(),
        details,
    };
    audit::record(tx, app, key.workspace_id, proof.by(), action, subject).await?;
    Ok(changed)
}

/// The error when somebody wants to change a revoked key.
pub fn refuse_frozen(key: &Key) -> Result<()> {
    if key.is_frozen() {
        return Err(AppError::Conflict(
            "This key is revoked. Nothing about it can change any more.".to_owned(),
        ));
    }
    Ok(())
}

/// The error when somebody wants to switch a compromised key on or off.
pub(super) fn refuse_compromised(key: &Key) -> Result<()> {
    match &key.compromise {
        Some(found) if key.state == KeyState::Compromised => Err(AppError::Conflict(format!(
            "This key {}: it is refused for good. Roll it to get a new one.",
            found.how.words()
        ))),
        _ => Ok(()),
    }
}

/// A type that the profile no longer has is treated as the most powerful, so that no lesser key can touch it.
pub(super) fn access_of(app: &App, key: &Key) -> Access {
    app.profile
        .key_type(&key.type_id)
        .map_or(Access::All, |key_type| key_type.access)
}
