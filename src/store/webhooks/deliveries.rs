//! Events on their way. Finders take the workspace: another tenant's delivery does not exist.

use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, SelectExt, Set,
};

use super::super::entities::{webhook_delivery as delivery, webhook_endpoint as endpoint};
use super::super::rows::{at, maybe_at, word};
use super::super::{Error, Result, counting};
use crate::model::counted::Counted;
use crate::model::ids::{EndpointId, KeyId, ProjectId, WorkspaceId};
use crate::model::timestamp::Timestamp;
use crate::model::webhook::{Delivery, DeliveryId, DeliveryState, StopReason};

/// `Duplicate` when the workspace has used the idempotency key.
pub async fn insert(tx: &impl ConnectionTrait, new: &Delivery, fingerprint: Option<Vec<u8>>) -> Result<()> {
    let row = delivery::ActiveModel {
        id: Set(new.id.0),
        endpoint_id: Set(new.endpoint_id.0),
        workspace_id: Set(new.workspace_id.0),
        project_id: Set(new.project_id.map(|id| id.0)),
        key_id: Set(new.key_id.map(|id| id.0)),
        event_type: Set(new.event_type.clone()),
        body: Set(new.body.clone()),
        idempotency_key: Set(new.idempotency_key.clone()),
        fingerprint: Set(fingerprint),
        state: Set(new.state.as_str().to_owned()),
        stopped_because: Set(None),
        attempts: Set(0),
        tries: Set(0),
        next_attempt_at: Set(new.next_attempt_at.map(Timestamp::millis)),
        claimed_until: Set(None),
        claimed_by: Set(None),
        created_at: Set(new.created_at.millis()),
        finished_at: Set(None),
    };
    delivery::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// A delivery of any workspace: for the provider, and for delivering.
pub async fn find_any(db: &impl ConnectionTrait, id: DeliveryId) -> Result<Option<Delivery>> {
    one(db, delivery::Entity::find_by_id(id.0).one(db).await?).await
}

/// A delivery of this workspace.
pub async fn find(db: &impl ConnectionTrait, workspace: WorkspaceId, id: DeliveryId) -> Result<Option<Delivery>> {
    let query = delivery::Entity::find_by_id(id.0).filter(delivery::Column::WorkspaceId.eq(workspace.0));
    one(db, query.one(db).await?).await
}

/// The delivery that was accepted under an idempotency key, with the fingerprint of that request.
pub async fn find_by_idempotency_key(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    key: &str,
) -> Result<Option<(Delivery, Vec<u8>)>> {
    let row = delivery::Entity::find()
        .filter(delivery::Column::WorkspaceId.eq(workspace.0))
        .filter(delivery::Column::IdempotencyKey.eq(key))
        .one(db)
        .await?;
    let fingerprint = row.as_ref().and_then(|row| row.fingerprint.clone());
    Ok(one(db, row).await?.zip(fingerprint))
}

/// Reads a delivery and keeps everybody else who locks it waiting until this transaction ends.
pub async fn lock(tx: &impl ConnectionTrait, id: DeliveryId) -> Result<Option<Delivery>> {
    let mut query = delivery::Entity::find_by_id(id.0);
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock(LockType::NoKeyUpdate);
    }
    one(tx, query.one(tx).await?).await
}

/// Which deliveries to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter {
    /// Of this project only.
    pub project: Option<ProjectId>,
    /// Of this key only.
    pub key: Option<KeyId>,
    /// Of any key: not of the workspace's own endpoint.
    pub of_keys: bool,
    /// To this endpoint only.
    pub endpoint: Option<EndpointId>,
    pub state: Option<DeliveryState>,
    /// Older than this one: the cursor.
    pub before: Option<DeliveryId>,
}

/// Deliveries of a workspace, newest first.
pub async fn list(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    filter: Filter,
    limit: u64,
) -> Result<Vec<Delivery>> {
    let mut query = matching(workspace, filter);
    if let Some(before) = filter.before {
        query = query.filter(delivery::Column::Id.lt(before.0));
    }
    let rows = query.order_by_desc(delivery::Column::Id).limit(limit).all(db).await?;
    with_urls(db, rows).await
}

/// Where a page of that list stands.
pub async fn counted(db: &impl ConnectionTrait, workspace: WorkspaceId, filter: Filter) -> Result<Counted> {
    let before = filter.before.map(|before| before.0);
    counting::place(db, matching(workspace, filter), delivery::Column::Id, before).await
}

/// All pages of it.
fn matching(workspace: WorkspaceId, filter: Filter) -> Select<delivery::Entity> {
    let mut query = delivery::Entity::find().filter(delivery::Column::WorkspaceId.eq(workspace.0));
    if let Some(project) = filter.project {
        query = query.filter(delivery::Column::ProjectId.eq(project.0));
    }
    if let Some(key) = filter.key {
        query = query.filter(delivery::Column::KeyId.eq(key.0));
    }
    if filter.of_keys {
        query = query.filter(delivery::Column::KeyId.is_not_null());
    }
    if let Some(endpoint) = filter.endpoint {
        query = query.filter(delivery::Column::EndpointId.eq(endpoint.0));
    }
    if let Some(state) = filter.state {
        query = query.filter(delivery::Column::State.eq(state.as_str()));
    }
    query
}

/// Writes how a delivery fares: its state, its attempts, when the next is due, who works on it.
pub async fn update(tx: &impl ConnectionTrait, delivery: &Delivery) -> Result<()> {
    delivery::Entity::update_many()
        .set(delivery::ActiveModel {
            state: Set(delivery.state.as_str().to_owned()),
            stopped_because: Set(delivery.stopped_because.map(|reason| reason.as_str().to_owned())),
            attempts: Set(delivery.attempts),
            tries: Set(delivery.tries),
            next_attempt_at: Set(delivery.next_attempt_at.map(Timestamp::millis)),
            claimed_until: Set(delivery.claimed_until.map(Timestamp::millis)),
            claimed_by: Set(delivery.claimed_by),
            finished_at: Set(delivery.finished_at.map(Timestamp::millis)),
            ..Default::default()
        })
        .filter(delivery::Column::Id.eq(delivery.id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Gives up what waits for an endpoint.
pub async fn stop_to_endpoint(
    tx: &impl ConnectionTrait,
    endpoint: EndpointId,
    why: StopReason,
    now: Timestamp,
) -> Result<()> {
    stop(tx, delivery::Column::EndpointId.eq(endpoint.0), why, now).await
}

/// Gives up what waits of a key.
pub async fn stop_of_key(tx: &impl ConnectionTrait, key: KeyId, why: StopReason, now: Timestamp) -> Result<()> {
    stop(tx, delivery::Column::KeyId.eq(key.0), why, now).await
}

/// On PostgreSQL, what somebody else is writing to right now is left out: whoever attempts it next sees why it must stop, and
/// nobody waits for each other in a circle.
async fn stop(tx: &impl ConnectionTrait, which: Expr, why: StopReason, now: Timestamp) -> Result<()> {
    let mut query = delivery::Entity::find()
        .select_only()
        .column(delivery::Column::Id)
        .filter(which)
        .filter(Expr::cust("state = 'waiting'"));
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock_with_behavior(LockType::NoKeyUpdate, LockBehavior::SkipLocked);
    }
    let ids: Vec<uuid::Uuid> = query.into_tuple().all(tx).await?;
    for batch in ids.chunks(500) {
        delivery::Entity::update_many()
            .set(delivery::ActiveModel {
                state: Set(DeliveryState::Stopped.as_str().to_owned()),
                stopped_because: Set(Some(why.as_str().to_owned())),
                next_attempt_at: Set(None),
                claimed_until: Set(None),
                claimed_by: Set(None),
                finished_at: Set(Some(now.millis())),
                ..Default::default()
            })
            .filter(delivery::Column::Id.is_in(batch.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Whether anything ended before.
pub async fn is_any_finished(db: &impl ConnectionTrait, before: Timestamp) -> Result<bool> {
    let finished = delivery::Entity::find().filter(delivery::Column::FinishedAt.lt(before.millis()));
    Ok(finished.exists(db).await?)
}

/// Removes what ended before, with its attempts.
pub async fn delete_finished(tx: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    delivery::Entity::delete_many()
        .filter(delivery::Column::FinishedAt.is_not_null())
        .filter(delivery::Column::FinishedAt.lt(before.millis()))
        .exec(tx)
        .await?;
    Ok(())
}

async fn one(db: &impl ConnectionTrait, row: Option<delivery::Model>) -> Result<Option<Delivery>> {
    Ok(with_urls(db, row.into_iter().collect()).await?.pop())
}

async fn with_urls(db: &impl ConnectionTrait, rows: Vec<delivery::Model>) -> Result<Vec<Delivery>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let urls: std::collections::HashMap<uuid::Uuid, String> = endpoint::Entity::find()
        .select_only()
        .column(endpoint::Column::Id)
        .column(endpoint::Column::Url)
        .filter(endpoint::Column::Id.is_in(rows.iter().map(|row| row.endpoint_id)))
        .into_tuple()
        .all(db)
        .await?
        .into_iter()
        .collect();
    let read = |row: delivery::Model| -> Result<Delivery> {
        Ok(Delivery {
            id: DeliveryId(row.id),
            endpoint_id: EndpointId(row.endpoint_id),
            workspace_id: WorkspaceId(row.workspace_id),
            project_id: row.project_id.map(ProjectId),
            key_id: row.key_id.map(KeyId),
            url: urls.get(&row.endpoint_id).cloned().unwrap_or_default(),
            event_type: row.event_type,
            body: row.body,
            idempotency_key: row.idempotency_key,
            state: word(&row.state)?,
            stopped_because: row.stopped_because.as_deref().map(word).transpose()?,
            attempts: row.attempts,
            tries: row.tries,
            next_attempt_at: maybe_at(row.next_attempt_at),
            claimed_until: maybe_at(row.claimed_until),
            claimed_by: row.claimed_by,
            created_at: at(row.created_at),
            finished_at: maybe_at(row.finished_at),
        })
    };
    rows.into_iter().map(read).collect::<std::result::Result<_, Error>>()
}
