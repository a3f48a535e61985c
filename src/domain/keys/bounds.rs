//! A key made or changed by a key can never hold more than the key that does it.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::error::{AppError, Result};
use crate::model::address_list::AddressList;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};
use crate::model::timestamp::Timestamp;
use crate::profile::{Access, Environment};
use crate::store::{self, Tx};

const TOO_MUCH: &str = "A key cannot create or change a key that holds more than it does itself.";

/// Refuses what exceeds the maker; people are bounded by their role alone.
pub(super) fn within_makers_power(
    proof: ManageKeys<'_>,
    environment: Environment,
    access: Access,
    scopes: &[String],
    expires_at: Option<Timestamp>,
) -> Result<()> {
    let Some(maker) = proof.maker() else { return Ok(()) };
    let access_fits = match (maker.access, access) {
        (Access::All, _) => true,
        (Access::Scopes, Access::Scopes) => scopes.iter().all(|scope| maker.key.scopes.contains(scope)),
        // What a reading key may read is not the same as any list of scopes.
        _ => false,
    };
    // A shorter-lived key could otherwise outlive itself through its children.
    let lifetime_fits = match (maker.key.expires_at, expires_at) {
        (None, _) => true,
        (Some(makers), Some(asked)) => asked <= makers,
        (Some(_), None) => false,
    };
    if environment != maker.key.environment || !access_fits {
        return Err(AppError::Forbidden(TOO_MUCH));
    }
    if !lifetime_fits {
        return Err(AppError::invalid(
            "expires_at",
            "A key cannot create a key that outlives it: choose an earlier expiry.",
        ));
    }
    Ok(())
}

/// Refuses what could be used from where the maker can not.
pub(super) fn within_makers_addresses(proof: ManageKeys<'_>, addresses: &AddressList) -> Result<()> {
    let Some(maker) = proof.maker() else { return Ok(()) };
    let makers = &maker.key.allowed_addresses;
    if addresses.is_within(makers) {
        return Ok(());
    }
    let why = format!("The key that asks may be used from {makers} only: list none but those.");
    Err(AppError::invalid("allowed_addresses", why))
}

/// Asks, inside the transaction, whether the key that acts still may: it was verified before the transaction began, and
/// may have been revoked or narrowed since. Whoever would do that now waits.
///
/// `target` is the key that will be changed, if one will. Of the two keys, the one with the smaller id is locked first, in
/// the order in which everybody locks keys: nobody waits in a circle.
pub(super) async fn maker_still_may(tx: &Tx, app: &App, proof: ManageKeys<'_>, target: Option<KeyId>) -> Result<()> {
    let Some(maker) = proof.maker() else { return Ok(()) };
    // Keys that act in one workspace do so one after the other, so that two that change each other cannot wait in a circle.
    let workspace = store::workspaces::lock(tx, maker.workspace.id).await?;
    let workspace = workspace.filter(|workspace| workspace.suspended_at.is_none());
    let workspace = workspace.ok_or(AppError::Forbidden("The workspace of this API key is suspended."))?;
    let mut stops = workspace.stops;
    if let Some(project) = &maker.project {
        let project = store::projects::find(tx, maker.workspace.id, project.id).await?;
        let project = project.filter(|project| project.suspended_at.is_none());
        let project = project.ok_or(AppError::Forbidden("The project of this API key is suspended."))?;
        stops = project.stops;
    }
    if stops.of(maker.key.environment).is_some() {
        return Err(AppError::Unauthenticated);
    }
    if let Some(target) = target.filter(|target| *target <= maker.key.id) {
        store::keys::lock(tx, maker.key.owner_id, target).await?;
    }
    let today = store::keys::lock_shared(tx, maker.key.owner_id, maker.key.id).await?;
    let Some(today) = today.filter(|key| key.state_at(app.now()) == KeyState::Active && !key.is_expired(app.now()))
    else {
        return Err(AppError::Unauthenticated);
    };
    let is_as_it_was = today.scopes == maker.key.scopes
        && today.expires_at == maker.key.expires_at
        && today.allowed_addresses == maker.key.allowed_addresses;
    if !is_as_it_was {
        return Err(AppError::Conflict(
            "The key that asks for this was changed at the same moment. Send the request again.".to_owned(),
        ));
    }
    Ok(())
}

/// Refuses to let a key touch one that holds more than it does.
pub(super) fn may_touch(proof: ManageKeys<'_>, target: &Key, access: Access) -> Result<()> {
    let Some(maker) = proof.maker() else { return Ok(()) };
    let expires_at = maker.key.expires_at;
    within_makers_power(proof, target.environment, access, &target.scopes, expires_at)
}
