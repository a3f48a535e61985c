//! Keys by who made them, for the first steps of somebody who has joined others.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};

use super::list::{StatusFilter, with_status};
use crate::model::ids::{AccountId, WorkspaceId};
use crate::model::key::Key;
use crate::model::timestamp::Timestamp;
use crate::store::Result;
use crate::store::entities::key;

/// Of a workspace's newest keys, those that this account has made, the newest first. (What is looked through does not grow with the
/// workspace.)
pub async fn newest_of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    maker: AccountId,
    newest: u64,
) -> Result<Vec<Key>> {
    let newest = key::Entity::find()
        .select_only()
        .column(key::Column::Id)
        .filter(key::Column::WorkspaceId.eq(workspace.0))
        .order_by_desc(key::Column::Id)
        .limit(newest)
        .into_query();
    let rows = key::Entity::find()
        .filter(key::Column::Id.in_subquery(newest))
        .filter(key::Column::CreatedByAccount.eq(maker.0))
        .filter(key::Column::DeletedAt.is_null())
        .order_by_desc(key::Column::Id)
        .limit(MOST)
        .all(db)
        .await?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Of a workspace's keys those that this account has made, and that a request can use now or could if they were enabled; the newest first.
pub async fn usable_of(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    maker: AccountId,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Key>> {
    let usable = Condition::any()
        .add(with_status(StatusFilter::Active, now))
        .add(with_status(StatusFilter::Disabled, now));
    let rows = key::Entity::find()
        .filter(key::Column::WorkspaceId.eq(workspace.0))
        .filter(key::Column::CreatedByAccount.eq(maker.0))
        .filter(key::Column::DeletedAt.is_null())
        .filter(usable)
        .order_by_desc(key::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Key::try_from).collect()
}

/// How many of them are looked at.
const MOST: u64 = 50;

/// Whether a workspace has any key.
pub async fn has_any_in(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<bool> {
    let its = key::Entity::find()
        .filter(key::Column::WorkspaceId.eq(workspace.0))
        .filter(key::Column::DeletedAt.is_null());
    Ok(its.limit(1).count(db).await? > 0)
}
