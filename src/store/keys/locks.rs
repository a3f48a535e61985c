//! Locks on keys. Whoever locks several keys does so in the order of their ids, so that nobody waits in a circle. On SQLite a
//! writing transaction is alone anyway.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::of_owner;
use crate::model::ids::{KeyId, OwnerId};
use crate::model::key::Key;
use crate::store::Result;
use crate::store::entities::key;

/// Reads a key and keeps everybody else who locks it waiting until this transaction ends.
pub async fn lock(tx: &impl ConnectionTrait, owner: OwnerId, id: KeyId) -> Result<Option<Key>> {
    one(tx, of_owner(owner, id), LockType::NoKeyUpdate).await
}

/// Reads a key and keeps everybody who would change it waiting until this transaction ends; others may read it likewise.
pub async fn lock_shared(tx: &impl ConnectionTrait, owner: OwnerId, id: KeyId) -> Result<Option<Key>> {
    one(tx, of_owner(owner, id), LockType::Share).await
}

/// Any key, for the provider, who knows it by its id; it stays as it is until this transaction ends.
pub async fn hold_any(tx: &impl ConnectionTrait, id: KeyId) -> Result<Option<Key>> {
    one(tx, key::Entity::find_by_id(id.0), LockType::Share).await
}

/// Locks every key that is meant, ahead of a statement that changes them all: such a statement would lock them in the order in
/// which it happens to find them. On SQLite nobody has to say which are meant.
pub async fn lock_all(tx: &impl ConnectionTrait, meant: impl FnOnce() -> Expr) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        key::Entity::find()
            .select_only()
            .column(key::Column::Id)
            .filter(meant())
            .order_by_asc(key::Column::Id)
            .lock(LockType::NoKeyUpdate)
            .into_tuple::<uuid::Uuid>()
            .all(tx)
            .await?;
    }
    Ok(())
}

/// None of these locks is `FOR UPDATE`: what only refers to a key, such as usage that is being written down, need not wait.
async fn one(tx: &impl ConnectionTrait, mut query: Select<key::Entity>, lock: LockType) -> Result<Option<Key>> {
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock(lock);
    }
    query.one(tx).await?.map(Key::try_from).transpose()
}
