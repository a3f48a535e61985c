//! The audit trail: written once, never changed.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Set,
};

use super::entities::audit_event;
use super::rows::at;
use super::{Result, counting};
use crate::model::audit::{Action, AuditEvent};
use crate::model::counted::Counted;
use crate::model::ids::{AuditEventId, KeyId, ProjectId, WorkspaceId};

/// A line to write.
pub struct NewEvent {
    pub event: AuditEvent,
    pub workspace_id: WorkspaceId,
    pub actor_id: Option<uuid::Uuid>,
}

pub async fn insert(tx: &impl ConnectionTrait, new: NewEvent) -> Result<()> {
    let event = new.event;
    let row = audit_event::ActiveModel {
        id: Set(event.id.0),
        workspace_id: Set(new.workspace_id.0),
        project_id: Set(event.project_id.map(|id| id.0)),
        key_id: Set(event.key_id.map(|id| id.0)),
        action: Set(event.action),
        actor_kind: Set(event.actor_kind),
        actor_id: Set(new.actor_id),
        actor_name: Set(event.actor_name),
        subject: Set(event.subject),
        details: Set(event.details),
        address: Set(event.address),
        at: Set(event.at.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// The latest lines of a workspace, or of one key in it, before a cursor, at most `limit`.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    key: Option<KeyId>,
    before: Option<AuditEventId>,
    limit: u64,
) -> Result<Vec<AuditEvent>> {
    let mut query = of(workspace, key);
    if let Some(before) = before {
        query = query.filter(audit_event::Column::Id.lt(before.0));
    }
    let rows = query
        .order_by_desc(audit_event::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(event).collect())
}

/// The latest lines of a workspace, or of one key in it, but for looks by support.
pub async fn list_without_looks(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    key: Option<KeyId>,
    limit: u64,
) -> Result<Vec<AuditEvent>> {
    let looks = [Action::KeyLookedUp, Action::WorkspaceLookedUp, Action::AccountLookedUp];
    let rows = of(workspace, key)
        .filter(audit_event::Column::Action.is_not_in(looks.map(Action::as_str)))
        .order_by_desc(audit_event::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(event).collect())
}

/// Where a page of that list stands.
pub async fn counted(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    key: Option<KeyId>,
    before: Option<AuditEventId>,
) -> Result<Counted> {
    let before = before.map(|before| before.0);
    counting::place(db, of(workspace, key), audit_event::Column::Id, before).await
}

fn of(workspace: WorkspaceId, key: Option<KeyId>) -> Select<audit_event::Entity> {
    let query = audit_event::Entity::find().filter(audit_event::Column::WorkspaceId.eq(workspace.0));
    match key {
        Some(key) => query.filter(audit_event::Column::KeyId.eq(key.0)),
        None => query,
    }
}

fn event(row: audit_event::Model) -> AuditEvent {
    AuditEvent {
        id: AuditEventId(row.id),
        project_id: row.project_id.map(ProjectId),
        key_id: row.key_id.map(KeyId),
        action: row.action,
        actor_kind: row.actor_kind,
        actor_name: row.actor_name,
        subject: row.subject,
        details: row.details,
        address: row.address,
        at: at(row.at),
    }
}
