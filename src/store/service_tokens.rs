//! Service tokens: the credentials of the provider's own systems.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::Result;
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

/// The name of the living token with this digest.
pub async fn find_living(db: &impl ConnectionTrait, digest: &[u8]) -> Result<Option<String>> {
    let found = service_token::Entity::find()
        .filter(service_token::Column::Digest.eq(digest.to_vec()))
        .filter(service_token::Column::RevokedAt.is_null())
        .one(db)
        .await?;
    Ok(found.map(|row| row.name))
}
