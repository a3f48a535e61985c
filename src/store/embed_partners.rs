//! Embed mode, an owner of keys a row. The signing key is never in a [`Partner`]: whoever needs it asks for it sealed.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};

use super::Result;
use super::entities::embed_partner as partner;
use super::rows::{at, maybe_at};
use crate::model::embed::Partner;
use crate::model::ids::{OwnerId, ProjectId, WorkspaceId};
use crate::model::timestamp::Timestamp;

/// The partner, if embed mode was ever enabled or suspended there.
pub async fn find(db: &impl ConnectionTrait, owner: OwnerId) -> Result<Option<Partner>> {
    let found = partner::Entity::find_by_id(owner.0).one(db).await?;
    Ok(found.map(Partner::from))
}

/// Those of a workspace.
pub async fn list(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Partner>> {
    let rows = partner::Entity::find()
        .filter(partner::Column::WorkspaceId.eq(workspace.0))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Partner::from).collect())
}

/// The same, with its signing key sealed: as one read, so that the two belong together.
pub async fn find_with_key(db: &impl ConnectionTrait, owner: OwnerId) -> Result<Option<(Partner, Option<Vec<u8>>)>> {
    let found = partner::Entity::find_by_id(owner.0).one(db).await?;
    Ok(found.map(|mut row| {
        let sealed = row.signing_key.take();
        (row.into(), sealed)
    }))
}

/// A row for a partner that has none. `Duplicate` when it has one.
pub async fn insert(tx: &impl ConnectionTrait, new: &Partner) -> Result<()> {
    row_of(new).insert(tx).await?;
    Ok(())
}

/// Writes everything but the signing key.
pub async fn update(tx: &impl ConnectionTrait, changed: &Partner) -> Result<()> {
    let mut row = row_of(changed);
    row.signing_key = sea_orm::NotSet;
    partner::Entity::update_many()
        .set(row)
        .filter(partner::Column::OwnerId.eq(changed.owner_id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Replaces the signing key, or takes it away.
pub async fn set_signing_key(tx: &impl ConnectionTrait, owner: OwnerId, sealed: Option<Vec<u8>>) -> Result<()> {
    partner::Entity::update_many()
        .set(partner::ActiveModel {
            signing_key: Set(sealed),
            ..Default::default()
        })
        .filter(partner::Column::OwnerId.eq(owner.0))
        .exec(tx)
        .await?;
    Ok(())
}

fn row_of(partner: &Partner) -> partner::ActiveModel {
    partner::ActiveModel {
        owner_id: Set(partner.owner_id.0),
        workspace_id: Set(partner.workspace_id.0),
        project_id: Set(partner.project_id.map(|id| id.0)),
        publishable_key: Set(partner.publishable_key.clone()),
        signing_key: Set(None),
        generation: Set(partner.generation),
        enabled_at: Set(partner.enabled_at.map(Timestamp::millis)),
        rotated_at: Set(partner.rotated_at.map(Timestamp::millis)),
        suspended_at: Set(partner.suspended_at.map(Timestamp::millis)),
        created_at: Set(partner.created_at.millis()),
    }
}

impl From<partner::Model> for Partner {
    fn from(row: partner::Model) -> Self {
        Self {
            owner_id: OwnerId(row.owner_id),
            workspace_id: WorkspaceId(row.workspace_id),
            project_id: row.project_id.map(ProjectId),
            publishable_key: row.publishable_key,
            generation: row.generation,
            enabled_at: maybe_at(row.enabled_at),
            rotated_at: maybe_at(row.rotated_at),
            suspended_at: maybe_at(row.suspended_at),
            created_at: at(row.created_at),
        }
    }
}
