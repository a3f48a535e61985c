//! Who wants the mail about the health of keys, and when theirs is due.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use uuid::Uuid;

use super::Result;
use super::entities::member;
use super::rows::maybe_at;
use crate::model::ids::{AccountId, WorkspaceId};
use crate::model::timestamp::Timestamp;

/// When the next mail to a member is due; nothing, when they want none.
pub async fn next(db: &impl ConnectionTrait, workspace: WorkspaceId, account: AccountId) -> Result<Option<Timestamp>> {
    let found = member::Entity::find_by_id((workspace.0, account.0)).one(db).await?;
    Ok(found.and_then(|member| maybe_at(member.health_mail_at)))
}

/// Notes when it is due, or that they want none. Whether they are a member.
pub async fn set_next(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: AccountId,
    next: Option<Timestamp>,
) -> Result<bool> {
    let changed = member::Entity::update_many()
        .set(due_at(next))
        .filter(member::Column::WorkspaceId.eq(workspace.0))
        .filter(member::Column::AccountId.eq(account.0))
        .exec(tx)
        .await?;
    Ok(changed.rows_affected > 0)
}

/// Whether any is due.
pub async fn is_any_due(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    let due = member::Entity::find().filter(member::Column::HealthMailAt.lte(now.millis()));
    Ok(due.limit(1).count(db).await? > 0)
}

/// To whom one is due, in the order in which they are told.
pub async fn due(db: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<(WorkspaceId, AccountId)>> {
    let rows: Vec<(Uuid, Uuid)> = member::Entity::find()
        .select_only()
        .columns([member::Column::WorkspaceId, member::Column::AccountId])
        .filter(member::Column::HealthMailAt.lte(now.millis()))
        .order_by_asc(member::Column::WorkspaceId)
        .order_by_asc(member::Column::AccountId)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    let due = rows.into_iter();
    Ok(due
        .map(|(workspace, account)| (WorkspaceId(workspace), AccountId(account)))
        .collect())
}

/// Moves on what is due. Of all that try, one has done it.
pub async fn take(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: AccountId,
    now: Timestamp,
    next: Timestamp,
) -> Result<bool> {
    let changed = member::Entity::update_many()
        .set(due_at(Some(next)))
        .filter(member::Column::WorkspaceId.eq(workspace.0))
        .filter(member::Column::AccountId.eq(account.0))
        .filter(member::Column::HealthMailAt.lte(now.millis()))
        .exec(tx)
        .await?;
    Ok(changed.rows_affected > 0)
}

fn due_at(next: Option<Timestamp>) -> member::ActiveModel {
    member::ActiveModel {
        health_mail_at: Set(next.map(Timestamp::millis)),
        ..Default::default()
    }
}
