//! Where events go. One row for each URL that a key's events went to; one at most for a workspace itself.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::super::entities::webhook_endpoint as endpoint;
use super::super::rows::{at, maybe_at, word};
use super::super::signing_secrets::SealedSecrets;
use super::super::{Error, Result, counting};
use crate::model::ids::{EndpointId, KeyId, ProjectId, WorkspaceId};
use crate::model::timestamp::Timestamp;
use crate::model::webhook::{Endpoint, Off};

/// Makes sure that a key has an endpoint at a URL, and returns it: `new`, or the one that is there. It stays until this
/// transaction ends. `Duplicate` when it was swept away at this very moment: trying again helps.
pub async fn of_key(tx: &impl ConnectionTrait, new: &Endpoint) -> Result<Endpoint> {
    endpoint::Entity::insert(row(new, None))
        .on_conflict_do_nothing_on([endpoint::Column::KeyId, endpoint::Column::Url])
        .exec_without_returning(tx)
        .await?;
    let mut query = endpoint::Entity::find()
        .filter(endpoint::Column::KeyId.eq(new.key_id.map(|id| id.0)))
        .filter(endpoint::Column::Url.eq(new.url.as_str()));
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock(LockType::KeyShare);
    }
    query.one(tx).await?.ok_or(Error::Duplicate)?.try_into()
}

/// The workspace's own endpoint, with its sealed secret. `Duplicate` when it has one.
pub async fn insert_own(tx: &impl ConnectionTrait, new: &Endpoint, sealed: Vec<u8>) -> Result<()> {
    endpoint::Entity::insert(row(new, Some(sealed)))
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// An endpoint of this workspace.
pub async fn find(db: &impl ConnectionTrait, workspace: WorkspaceId, id: EndpointId) -> Result<Option<Endpoint>> {
    let found = endpoint::Entity::find_by_id(id.0)
        .filter(endpoint::Column::WorkspaceId.eq(workspace.0))
        .one(db)
        .await?;
    found.map(Endpoint::try_from).transpose()
}

/// The workspace's own endpoint.
pub async fn find_own(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Option<Endpoint>> {
    let found = endpoint::Entity::find()
        .filter(endpoint::Column::WorkspaceId.eq(workspace.0))
        .filter(endpoint::Column::KeyId.is_null())
        .one(db)
        .await?;
    found.map(Endpoint::try_from).transpose()
}

/// The workspace's own endpoint, which is not removed before this transaction ends: something is about to be sent there.
pub async fn hold_own(tx: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Option<Endpoint>> {
    let mut query = endpoint::Entity::find()
        .filter(endpoint::Column::WorkspaceId.eq(workspace.0))
        .filter(endpoint::Column::KeyId.is_null());
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock(LockType::KeyShare);
    }
    query.one(tx).await?.map(Endpoint::try_from).transpose()
}

/// The endpoints of a key, newest first.
pub async fn list_of_key(db: &impl ConnectionTrait, key: KeyId) -> Result<Vec<Endpoint>> {
    let rows = endpoint::Entity::find()
        .filter(endpoint::Column::KeyId.eq(key.0))
        .order_by_desc(endpoint::Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(Endpoint::try_from).collect()
}

/// The endpoint of a key at a URL.
pub async fn find_of_key(db: &impl ConnectionTrait, key: KeyId, url: &str) -> Result<Option<Endpoint>> {
    let found = endpoint::Entity::find()
        .filter(endpoint::Column::KeyId.eq(key.0))
        .filter(endpoint::Column::Url.eq(url))
        .one(db)
        .await?;
    found.map(Endpoint::try_from).transpose()
}

/// The endpoints of a key that are switched off, newest first.
pub async fn list_off(db: &impl ConnectionTrait, key: KeyId, limit: u64) -> Result<Vec<Endpoint>> {
    let rows = endpoint::Entity::find()
        .filter(endpoint::Column::KeyId.eq(key.0))
        .filter(endpoint::Column::OffAt.is_not_null())
        .order_by_desc(endpoint::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Endpoint::try_from).collect()
}

/// How many endpoints of a key are switched off.
pub async fn count_off(db: &impl ConnectionTrait, key: KeyId) -> Result<Option<u64>> {
    let off = endpoint::Entity::find()
        .filter(endpoint::Column::KeyId.eq(key.0))
        .filter(endpoint::Column::OffAt.is_not_null());
    counting::up_to_most(db, off.select_only().column(endpoint::Column::Id)).await
}

/// Reads an endpoint and keeps everybody else who locks it waiting until this transaction ends.
pub async fn lock(tx: &impl ConnectionTrait, id: EndpointId) -> Result<Option<Endpoint>> {
    let mut query = endpoint::Entity::find_by_id(id.0);
    if tx.get_database_backend() == DbBackend::Postgres {
        // Not `FOR UPDATE`: deliveries that are being accepted refer to the endpoint, and need not wait.
        query = query.lock(LockType::NoKeyUpdate);
    }
    query.one(tx).await?.map(Endpoint::try_from).transpose()
}

/// Writes what may change about an endpoint: its URL, the types of events, how it fares, whether it is off.
pub async fn update(tx: &impl ConnectionTrait, endpoint: &Endpoint) -> Result<()> {
    endpoint::Entity::update_many()
        .set(endpoint::ActiveModel {
            url: Set(endpoint.url.clone()),
            event_types: Set(types_text(endpoint)),
            failing_since: Set(endpoint.failing_since.map(Timestamp::millis)),
            off_at: Set(endpoint.off.map(|off| off.at.millis())),
            off_reason: Set(endpoint.off.map(|off| off.reason.as_str().to_owned())),
            ..Default::default()
        })
        .filter(endpoint::Column::Id.eq(endpoint.id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// The sealed secrets of a workspace's own endpoint. Nobody replaces them before this transaction ends: what is signed with them is
/// signed before a rotation is answered.
pub async fn secrets(tx: &impl ConnectionTrait, id: EndpointId) -> Result<SealedSecrets> {
    let mut query = endpoint::Entity::find_by_id(id.0);
    if tx.get_database_backend() == DbBackend::Postgres {
        query = query.lock(LockType::Share);
    }
    let found = query.one(tx).await?;
    Ok(found.map_or_else(SealedSecrets::default, |row| SealedSecrets {
        current: row.signing_secret,
        previous: row.previous_secret.zip(maybe_at(row.previous_until)),
    }))
}

/// The sealed secret of a workspace's own endpoint, as it is at this moment.
pub async fn own_secret(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Option<Vec<u8>>> {
    let found: Option<Option<Vec<u8>>> = endpoint::Entity::find()
        .select_only()
        .column(endpoint::Column::SigningSecret)
        .filter(endpoint::Column::WorkspaceId.eq(workspace.0))
        .filter(endpoint::Column::KeyId.is_null())
        .into_tuple()
        .one(db)
        .await?;
    Ok(found.flatten())
}

/// Replaces the sealed secrets of a workspace's own endpoint.
pub async fn set_secrets(tx: &impl ConnectionTrait, id: EndpointId, secrets: SealedSecrets) -> Result<()> {
    let (previous, until) = secrets.previous.unzip();
    endpoint::Entity::update_many()
        .set(endpoint::ActiveModel {
            signing_secret: Set(secrets.current),
            previous_secret: Set(previous),
            previous_until: Set(until.map(Timestamp::millis)),
            ..Default::default()
        })
        .filter(endpoint::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Endpoints of keys that nothing was sent to any more, and about which there is nothing to know: those after one, in the order of
/// their ids. Finding none takes a look at every endpoint there is.
pub async fn unused(
    db: &impl ConnectionTrait,
    before: Timestamp,
    after: Option<EndpointId>,
    limit: u64,
) -> Result<Vec<EndpointId>> {
    let mut query = endpoint::Entity::find()
        .select_only()
        .column(endpoint::Column::Id)
        .filter(is_unused(before));
    if let Some(after) = after {
        query = query.filter(endpoint::Column::Id.gt(after.0));
    }
    let ids: Vec<uuid::Uuid> = query
        .order_by_asc(endpoint::Column::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(EndpointId).collect())
}

/// Removes those of these endpoints that are still unused.
pub async fn delete_unused(tx: &impl ConnectionTrait, before: Timestamp, ids: &[EndpointId]) -> Result<()> {
    endpoint::Entity::delete_many()
        .filter(endpoint::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .filter(is_unused(before))
        .exec(tx)
        .await?;
    Ok(())
}

fn is_unused(before: Timestamp) -> Condition {
    let unused = "NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.endpoint_id = webhook_endpoints.id)";
    Condition::all()
        .add(endpoint::Column::KeyId.is_not_null())
        .add(endpoint::Column::OffAt.is_null())
        .add(endpoint::Column::CreatedAt.lt(before.millis()))
        .add(Expr::cust(unused))
}

/// Removes an endpoint and everything that was sent to it.
pub async fn delete(tx: &impl ConnectionTrait, id: EndpointId) -> Result<()> {
    endpoint::Entity::delete_by_id(id.0).exec(tx).await?;
    Ok(())
}

fn row(new: &Endpoint, sealed: Option<Vec<u8>>) -> endpoint::ActiveModel {
    endpoint::ActiveModel {
        id: Set(new.id.0),
        workspace_id: Set(new.workspace_id.0),
        project_id: Set(new.project_id.map(|id| id.0)),
        key_id: Set(new.key_id.map(|id| id.0)),
        url: Set(new.url.clone()),
        signing_secret: Set(sealed),
        previous_secret: Set(None),
        previous_until: Set(None),
        event_types: Set(types_text(new)),
        failing_since: Set(None),
        off_at: Set(None),
        off_reason: Set(None),
        created_at: Set(new.created_at.millis()),
    }
}

fn types_text(endpoint: &Endpoint) -> Option<String> {
    let types = endpoint.event_types.as_ref()?;
    Some(serde_json::Value::from(types.clone()).to_string())
}

impl TryFrom<endpoint::Model> for Endpoint {
    type Error = Error;

    fn try_from(row: endpoint::Model) -> Result<Self> {
        let types = row.event_types.as_deref().map(serde_json::from_str).transpose();
        let off = match (row.off_at, row.off_reason) {
            (Some(since), Some(reason)) => Some(Off {
                at: at(since),
                reason: word(&reason)?,
            }),
            _ => None,
        };
        Ok(Self {
            id: EndpointId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            project_id: row.project_id.map(ProjectId),
            key_id: row.key_id.map(KeyId),
            url: row.url,
            event_types: types.map_err(|_| Error::Corrupt("an endpoint’s types".to_owned()))?,
            failing_since: maybe_at(row.failing_since),
            off,
            previous_secret_until: maybe_at(row.previous_until),
            created_at: at(row.created_at),
        })
    }
}
