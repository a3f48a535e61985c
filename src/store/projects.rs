//! Projects. Every finder but the support desk's takes the workspace: another tenant's project does not exist.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set,
};

use super::Result;
use super::changes::Changed;
use super::entities::project;
use crate::model::ids::{ProjectId, WorkspaceId};
use crate::model::timestamp::Timestamp;
use crate::model::workspace::Project;

/// `Duplicate` when the slug is taken in this workspace.
pub async fn insert(tx: &impl ConnectionTrait, new: &Project) -> Result<()> {
    let row = project::ActiveModel {
        id: Set(new.id.0),
        workspace_id: Set(new.workspace_id.0),
        slug: Set(new.slug.clone()),
        name: Set(new.name.clone()),
        created_at: Set(new.created_at.millis()),
        suspended_at: Set(new.suspended_at.map(Timestamp::millis)),
        // Nothing of a new one is stopped.
        ..Default::default()
    };
    row.insert(tx).await?;
    Ok(())
}

pub async fn find(db: &impl ConnectionTrait, workspace: WorkspaceId, id: ProjectId) -> Result<Option<Project>> {
    let found = project::Entity::find_by_id(id.0)
        .filter(project::Column::WorkspaceId.eq(workspace.0))
        .one(db)
        .await?;
    Ok(found.map(Project::from))
}

pub async fn find_by_slug(db: &impl ConnectionTrait, workspace: WorkspaceId, slug: &str) -> Result<Option<Project>> {
    let found = project::Entity::find()
        .filter(project::Column::WorkspaceId.eq(workspace.0))
        .filter(project::Column::Slug.eq(slug))
        .one(db)
        .await?;
    Ok(found.map(Project::from))
}

/// A workspace's projects, oldest first.
pub async fn list(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Project>> {
    let rows = project::Entity::find()
        .filter(project::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(project::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Project::from).collect())
}

pub async fn count(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<u64> {
    let projects = project::Entity::find().filter(project::Column::WorkspaceId.eq(workspace.0));
    Ok(projects.count(db).await?)
}

/// Any tenant's: for the support desk.
pub async fn find_of_any_tenant(db: &impl ConnectionTrait, id: ProjectId) -> Result<Option<Project>> {
    Ok(project::Entity::find_by_id(id.0).one(db).await?.map(Project::from))
}

pub async fn set_suspended(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    id: ProjectId,
    since: Option<Timestamp>,
) -> Result<Changed> {
    project::Entity::update_many()
        .set(project::ActiveModel {
            suspended_at: Set(since.map(Timestamp::millis)),
            ..Default::default()
        })
        .filter(project::Column::Id.eq(id.0))
        .filter(project::Column::WorkspaceId.eq(workspace.0))
        .exec(tx)
        .await?;
    Ok(Changed::workspace(workspace))
}

pub async fn rename(tx: &impl ConnectionTrait, workspace: WorkspaceId, id: ProjectId, name: &str) -> Result<Changed> {
    project::Entity::update_many()
        .set(project::ActiveModel {
            name: Set(name.to_owned()),
            ..Default::default()
        })
        .filter(project::Column::Id.eq(id.0))
        .filter(project::Column::WorkspaceId.eq(workspace.0))
        .exec(tx)
        .await?;
    Ok(Changed::workspace(workspace))
}
