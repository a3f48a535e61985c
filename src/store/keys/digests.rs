//! Digests of keys that are known by their ids: memory finds keys by their digests alone.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::model::ids::{KeyId, OwnerId, WorkspaceId};
use crate::store::Result;
use crate::store::entities::key;
use crate::store::rows::digest;

/// A key and its digest.
pub type Digested = (KeyId, [u8; 32]);

/// Of these keys, as far as there are such.
pub async fn digests(db: &impl ConnectionTrait, keys: &[KeyId]) -> Result<Vec<Digested>> {
    let these = key::Column::Id.is_in(keys.iter().map(|id| id.0));
    read(db, key::Entity::find().filter(these)).await
}

/// Of a workspace's newest keys.
pub async fn newest_digests(db: &impl ConnectionTrait, workspace: WorkspaceId, limit: u64) -> Result<Vec<Digested>> {
    let its = key::Entity::find().filter(key::Column::WorkspaceId.eq(workspace.0));
    read(db, its.order_by_desc(key::Column::Id).limit(limit)).await
}

/// Of an owner's newest keys.
pub async fn newest_digests_of(db: &impl ConnectionTrait, owner: OwnerId, limit: u64) -> Result<Vec<Digested>> {
    let its = key::Entity::find().filter(key::Column::OwnerId.eq(owner.0));
    read(db, its.order_by_desc(key::Column::Id).limit(limit)).await
}

async fn read(db: &impl ConnectionTrait, keys: Select<key::Entity>) -> Result<Vec<Digested>> {
    let columns = [key::Column::Id, key::Column::Digest];
    let rows: Vec<(Uuid, Vec<u8>)> = keys.select_only().columns(columns).into_tuple().all(db).await?;
    let digested = |(id, bytes): (Uuid, Vec<u8>)| Ok((KeyId(id), digest(&bytes)?));
    rows.into_iter().map(digested).collect()
}
