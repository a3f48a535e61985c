//! Keys that are compromised: who has to hear of it.

use sea_orm::{ConnectionTrait, EntityTrait, QuerySelect};

use super::Result;
use super::entities::key;
use crate::model::ids::{AccountId, KeyId};

/// The account that made a key, when it was a person.
pub async fn maker(db: &impl ConnectionTrait, id: KeyId) -> Result<Option<AccountId>> {
    let maker: Option<Option<uuid::Uuid>> = key::Entity::find_by_id(id.0)
        .select_only()
        .column(key::Column::CreatedByAccount)
        .into_tuple()
        .one(db)
        .await?;
    Ok(maker.flatten().map(AccountId))
}
