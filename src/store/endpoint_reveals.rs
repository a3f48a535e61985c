//! Secrets of workspaces' own endpoints that wait, sealed, for their one viewing. One row a submitted form: the second submission
//! of a form finds what the first one did, also when it has been seen.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use super::Result;
use super::entities::endpoint_reveal as reveal;
use crate::model::ids::{AccountId, EndpointId};
use crate::model::timestamp::Timestamp;

/// A sealed secret.
#[derive(Clone, Debug)]
pub struct EndpointReveal {
    pub nonce_digest: Vec<u8>,
    pub endpoint_id: EndpointId,
    pub account_id: AccountId,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Puts a secret in place of whatever else waited for the endpoint. `Duplicate` when the form has been submitted before.
pub async fn replace(tx: &impl ConnectionTrait, new: EndpointReveal) -> Result<()> {
    clear(tx, reveal::Column::EndpointId.eq(new.endpoint_id.0)).await?;
    let row = reveal::ActiveModel {
        nonce_digest: Set(new.nonce_digest),
        endpoint_id: Set(new.endpoint_id.0),
        account_id: Set(new.account_id.0),
        sealed: Set(Some(new.sealed)),
        created_at: Set(new.created_at.millis()),
        expires_at: Set(new.expires_at.millis()),
    };
    reveal::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// Whether this person's form has been submitted.
pub async fn was_submitted(db: &impl ConnectionTrait, nonce_digest: &[u8], account: AccountId) -> Result<bool> {
    let found = reveal::Entity::find_by_id(nonce_digest.to_vec()).filter(reveal::Column::AccountId.eq(account.0));
    Ok(found.count(db).await? > 0)
}

/// What waits for this person about an endpoint: the name of each (a form's digest), and what is sealed.
pub async fn waiting(
    db: &impl ConnectionTrait,
    endpoint: EndpointId,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let rows = reveal::Entity::find()
        .filter(reveal::Column::EndpointId.eq(endpoint.0))
        .filter(reveal::Column::AccountId.eq(account.0))
        .filter(reveal::Column::ExpiresAt.gt(now.millis()))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|row| Some((row.nonce_digest, row.sealed?)))
        .collect())
}

/// Takes a secret away: false when another view was quicker.
pub async fn take(tx: &impl ConnectionTrait, nonce_digest: &[u8]) -> Result<bool> {
    Ok(clear(tx, reveal::Column::NonceDigest.eq(nonce_digest.to_vec())).await? > 0)
}

/// Sweeps what nobody came to see, and forms nobody can submit again.
pub async fn delete_expired(tx: &impl ConnectionTrait, now: Timestamp, forms_before: Timestamp) -> Result<()> {
    clear(tx, reveal::Column::ExpiresAt.lte(now.millis())).await?;
    reveal::Entity::delete_many()
        .filter(reveal::Column::CreatedAt.lt(forms_before.millis()))
        .exec(tx)
        .await?;
    Ok(())
}

async fn clear(tx: &impl ConnectionTrait, which: Expr) -> Result<u64> {
    let cleared = reveal::Entity::update_many()
        .set(reveal::ActiveModel {
            sealed: Set(None),
            ..Default::default()
        })
        .filter(which)
        .filter(reveal::Column::Sealed.is_not_null())
        .exec(tx)
        .await?;
    Ok(cleared.rows_affected)
}
