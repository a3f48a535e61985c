//! Service tokens: the credentials of the provider's own systems.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::Result;
use super::changes::Changed;
use super::entities::service_token;
use crate::model::ids::ServiceTokenId;
use crate::model::timestamp::Timestamp;

/// `Duplicate` when the name is taken.
pub async fn insert(
    tx: &impl ConnectionTrait,
    id: ServiceTokenId,
    name: &str,
    digest: &[u8],
    display_prefix: String,
    now: Timestamp,
) -> Result<()> {
    let row = service_token::ActiveModel {
        id: Set(id.0),
        name: Set(name.to_owned()),
        digest: Set(digest.to_vec()),
        display_prefix: Set(display_prefix),
        revoked_at: Set(None),
        created_at: Set(now.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// Whether there is a living token with this digest.
pub async fn is_living(db: &impl ConnectionTrait, digest: &[u8]) -> Result<bool> {
    let found = service_token::Entity::find()
        .filter(service_token::Column::Digest.eq(digest.to_vec()))
        .filter(service_token::Column::RevokedAt.is_null())
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Revokes the living token with this name, if there is one.
pub async fn revoke(tx: &impl ConnectionTrait, name: &str, now: Timestamp) -> Result<Option<Changed>> {
    let found = service_token::Entity::find()
        .filter(service_token::Column::Name.eq(name))
        .filter(service_token::Column::RevokedAt.is_null())
        .one(tx)
        .await?;
    let Some(found) = found else { return Ok(None) };
    let changed = Changed::digest(&found.digest)?;
    let mut row = found.into_active_model();
    row.revoked_at = Set(Some(now.millis()));
    row.update(tx).await?;
    Ok(Some(changed))
}
