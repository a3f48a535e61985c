//! Which keys' people are to be told that a key ends.

use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::Result;
use super::entities::key;
use crate::model::ids::{AccountId, KeyId};
use crate::model::key::Key;
use crate::model::timestamp::Timestamp;

/// Whether any notice is due.
pub async fn is_any_due(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    let due = key::Entity::find().filter(key::Column::NextExpiryNoticeAt.lte(now.millis()));
    Ok(due.limit(1).count(db).await? > 0)
}

/// Keys of which a notice is due, with the account that made each. They stay as they are until this transaction ends; another
/// node that asks for the same waits, and then finds them told.
pub async fn due(tx: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<(Key, Option<AccountId>)>> {
    let mut query = key::Entity::find()
        .filter(key::Column::NextExpiryNoticeAt.lte(now.millis()))
        // The order in which everybody locks keys.
        .order_by_asc(key::Column::Id)
        .limit(limit);
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock(LockType::NoKeyUpdate);
    }
    let rows = query.all(tx).await?.into_iter();
    rows.map(|row| {
        let maker = row.created_by_account.map(AccountId);
        Ok((Key::try_from(row)?, maker))
    })
    .collect()
}

/// Notes when the next notice of a key is due. Nothing else about the key changes, so its version stays.
pub async fn set_next(tx: &impl ConnectionTrait, id: KeyId, next: Option<Timestamp>) -> Result<()> {
    key::Entity::update_many()
        .set(key::ActiveModel {
            next_expiry_notice_at: Set(next.map(Timestamp::millis)),
            ..Default::default()
        })
        .filter(key::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}
