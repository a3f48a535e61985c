//! Requests that were refused, one by one. Their ids are in the order of time.

use sea_orm::sea_query::{Condition, ExprTrait, SelectStatement, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Set,
};
use uuid::Uuid;

use super::Result;
use super::entities::key;
use super::entities::refused_request::{ActiveModel, Column, Entity, Model};
use crate::model::ids::{KeyId, WorkspaceId};
use crate::model::mistake::Mistake;
use crate::model::refused_request::RefusedRequest;
use crate::model::request_id::RequestId;
use crate::model::timestamp::Timestamp;

/// How many of each key are kept.
const OF_A_KEY: u64 = 1_000;

/// How many are kept of those that came without a key of ours.
const OF_NO_KEY: u64 = 200_000;

/// How many a statement writes at most.
const AT_ONCE: usize = 200;

/// How many a sweep deletes at once: others wait for it.
const SWEPT_AT_ONCE: u64 = 5_000;

/// Adds to those of a key, of which the last [`OF_A_KEY`] stay; or to those without one.
pub async fn add(tx: &impl ConnectionTrait, key: Option<KeyId>, refused: Vec<(Uuid, RefusedRequest)>) -> Result<()> {
    let mut rows = refused.into_iter().map(row).peekable();
    while rows.peek().is_some() {
        let some = rows.by_ref().take(AT_ONCE);
        Entity::insert_many(some).exec_without_returning(tx).await?;
    }
    match key {
        Some(key) => {
            if let Some(first) = first_too_many(tx, Column::KeyId.eq(key.0), OF_A_KEY).await? {
                let older = Entity::delete_many().filter(Column::KeyId.eq(key.0));
                older.filter(Column::Id.lte(first)).exec(tx).await?;
            }
            Ok(())
        }
        None => Ok(()),
    }
}

/// The last ones of a key, newest first.
pub async fn of_key(db: &impl ConnectionTrait, key: KeyId, limit: u64) -> Result<Vec<RefusedRequest>> {
    let rows = Entity::find()
        .filter(Column::KeyId.eq(key.0))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// The last ones of a workspace's keys, newest first.
pub async fn of_workspace(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    limit: u64,
) -> Result<Vec<RefusedRequest>> {
    let rows = Entity::find()
        .filter(Column::KeyId.in_subquery(living_keys(workspace)))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(from_row).collect())
}

fn living_keys(workspace: WorkspaceId) -> SelectStatement {
    let keys = key::Entity::find().select_only().column(key::Column::Id);
    let theirs = keys
        .filter(key::Column::WorkspaceId.eq(workspace.0))
        .filter(key::Column::DeletedAt.is_null());
    theirs.into_query()
}

/// How many of a key there are.
pub async fn count_of_key(db: &impl ConnectionTrait, key: KeyId) -> Result<u64> {
    Ok(Entity::find().filter(Column::KeyId.eq(key.0)).count(db).await?)
}

/// Those whose answers were called so, newest first: of this workspace's keys and of no key, or all of them. Proxies choose names, so
/// there may be several. A deleted key is nobody's any more.
pub async fn called(
    db: &impl ConnectionTrait,
    id: &RequestId,
    of: Option<WorkspaceId>,
    limit: u64,
) -> Result<Vec<RefusedRequest>> {
    let mut wanted = Entity::find().filter(Column::RequestId.eq(id.to_string()));
    if let Some(workspace) = of {
        let is_theirs = Column::KeyId.in_subquery(living_keys(workspace));
        wanted = wanted.filter(Column::KeyId.is_null().or(is_theirs));
    }
    let rows = wanted.order_by_desc(Column::Id).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(from_row).collect())
}

/// Whether any is older than this id.
pub async fn is_any_before(db: &impl ConnectionTrait, oldest: Uuid) -> Result<bool> {
    let found: Option<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.lt(oldest))
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// Deletes some of those that are older than this id. Whether there may be more.
pub async fn delete_before(tx: &impl ConnectionTrait, oldest: Uuid) -> Result<bool> {
    delete_some(tx, Condition::all().add(Column::Id.lt(oldest))).await
}

/// Whether there are more than [`OF_NO_KEY`] of those without a key.
pub async fn are_too_many_of_no_key(db: &impl ConnectionTrait) -> Result<bool> {
    Ok(first_too_many(db, Column::KeyId.is_null(), OF_NO_KEY).await?.is_some())
}

/// Deletes some of those without a key, of which the last [`OF_NO_KEY`] stay. Whether there may be more.
pub async fn delete_beyond_of_no_key(tx: &impl ConnectionTrait) -> Result<bool> {
    match first_too_many(tx, Column::KeyId.is_null(), OF_NO_KEY).await? {
        None => Ok(false),
        Some(first) => {
            let beyond = Condition::all().add(Column::KeyId.is_null()).add(Column::Id.lte(first));
            delete_some(tx, beyond).await
        }
    }
}

/// The oldest [`SWEPT_AT_ONCE`] of these.
async fn delete_some(tx: &impl ConnectionTrait, these: Condition) -> Result<bool> {
    let some: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(these.clone())
        .order_by_asc(Column::Id)
        .limit(SWEPT_AT_ONCE)
        .into_tuple()
        .all(tx)
        .await?;
    let Some(last) = some.last() else { return Ok(false) };
    Entity::delete_many()
        .filter(these.add(Column::Id.lte(*last)))
        .exec(tx)
        .await?;
    Ok(some.len() as u64 == SWEPT_AT_ONCE)
}

/// The newest of these that is beyond so many.
async fn first_too_many(db: &impl ConnectionTrait, of: SimpleExpr, count: u64) -> Result<Option<Uuid>> {
    let found = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(of)
        .order_by_desc(Column::Id)
        .offset(count)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(found)
}

fn row((id, refused): (Uuid, RefusedRequest)) -> ActiveModel {
    ActiveModel {
        id: Set(id),
        key_id: Set(refused.key.map(|key| key.0)),
        request_id: Set(refused.request_id.map(|id| id.to_string())),
        refused_at: Set(refused.at.millis()),
        reason: Set(refused.reason),
        needed: Set(refused.needed),
        request: Set(refused.request),
        read_from: Set(refused.read_from),
        mistake: Set(refused.mistake.map(|mistake| mistake.as_str().to_owned())),
        presented: Set(refused.presented),
        address: Set(refused.address),
        user_agent: Set(refused.user_agent),
    }
}

fn from_row(row: Model) -> RefusedRequest {
    RefusedRequest {
        at: Timestamp::from_millis(row.refused_at),
        key: row.key_id.map(KeyId),
        request_id: row.request_id.as_deref().and_then(RequestId::parse),
        reason: row.reason,
        needed: row.needed,
        request: row.request,
        read_from: row.read_from,
        mistake: row.mistake.as_deref().and_then(Mistake::parse),
        presented: row.presented,
        address: row.address,
        user_agent: row.user_agent,
    }
}
