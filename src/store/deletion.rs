//! Deleting keys. The row stays, because the trail and the usage refer to it; what a person wrote into it, and what was sealed
//! in it, goes. Only its digest keeps the key refused, and nobody but the support desk finds it any more.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::Result;
use super::entities::{key, leak_report, reveal};
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;

/// Deletes a key that is revoked by now.
pub async fn delete_key(tx: &impl ConnectionTrait, id: KeyId, now: Timestamp) -> Result<()> {
    reveal::Entity::delete_many()
        .filter(reveal::Column::KeyId.eq(id.0))
        .exec(tx)
        .await?;
    leak_report::Entity::delete_many()
        .filter(leak_report::Column::KeyId.eq(id.0))
        .exec(tx)
        .await?;
    super::inbound_tokens::delete_of_key(tx, id).await?;
    key::Entity::update_many()
        .set(key::ActiveModel {
            deleted_at: Set(Some(now.millis())),
            public_text: Set(None),
            webhook_url: Set(None),
            allowed_addresses: Set("[]".to_owned()),
            signing_secret: Set(None),
            previous_signing_secret: Set(None),
            previous_secret_until: Set(None),
            ..Default::default()
        })
        .filter(key::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}
