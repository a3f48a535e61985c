//! Workspaces.

mod desk;

pub use desk::{find_beginning, find_called};

use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use super::Result;
use super::changes::Changed;
use super::entities::{member, workspace};
use super::rows::word;
use crate::model::ids::{AccountId, WorkspaceId};
use crate::model::name::folded;
use crate::model::timestamp::Timestamp;
use crate::model::workspace::{Membership, Workspace};

/// `Duplicate` when the slug is taken.
pub async fn insert(tx: &impl ConnectionTrait, new: &Workspace) -> Result<()> {
    let row = workspace::ActiveModel {
        id: Set(new.id.0),
        slug: Set(new.slug.clone()),
        name: Set(new.name.clone()),
        name_folded: Set(folded(&new.name)),
        plan: Set(new.plan.clone()),
        suspended_at: Set(new.suspended_at.map(Timestamp::millis)),
        created_at: Set(new.created_at.millis()),
        // Nothing of a new one is stopped.
        ..Default::default()
    };
    row.insert(tx).await?;
    Ok(())
}

pub async fn find(db: &impl ConnectionTrait, id: WorkspaceId) -> Result<Option<Workspace>> {
    Ok(workspace::Entity::find_by_id(id.0).one(db).await?.map(Workspace::from))
}

pub async fn find_by_slug(db: &impl ConnectionTrait, slug: &str) -> Result<Option<Workspace>> {
    let found = workspace::Entity::find()
        .filter(workspace::Column::Slug.eq(slug))
        .one(db)
        .await?;
    Ok(found.map(Workspace::from))
}

/// The workspace as this member sees it; nothing for anybody else.
pub async fn find_for(db: &impl ConnectionTrait, account: AccountId, slug: &str) -> Result<Option<Membership>> {
    let Some(workspace) = find_by_slug(db, slug).await? else {
        return Ok(None);
    };
    let member = member::Entity::find_by_id((workspace.id.0, account.0)).one(db).await?;
    member
        .map(|member| {
            Ok(Membership {
                workspace,
                role: word(&member.role)?,
            })
        })
        .transpose()
}

/// All workspaces of an account, oldest first.
pub async fn list_for(db: &impl ConnectionTrait, account: AccountId) -> Result<Vec<Membership>> {
    let to_member = workspace::Entity::belongs_to(member::Entity)
        .from(workspace::Column::Id)
        .to(member::Column::WorkspaceId);
    let rows = workspace::Entity::find()
        .select_also(member::Entity)
        .join(JoinType::InnerJoin, to_member.into())
        .filter(member::Column::AccountId.eq(account.0))
        .order_by_asc(workspace::Column::Id)
        .all(db)
        .await?;
    let membership = |(workspace, member): (workspace::Model, Option<member::Model>)| {
        let role = member.map(|member| word(&member.role))?;
        Some(role.map(|role| Membership {
            workspace: workspace.into(),
            role,
        }))
    };
    rows.into_iter().filter_map(membership).collect()
}

/// Whether an account belongs to more than one workspace: two rows say it, whatever their number.
pub async fn has_several(db: &impl ConnectionTrait, account: AccountId) -> Result<bool> {
    let its = member::Entity::find().filter(member::Column::AccountId.eq(account.0));
    Ok(its.limit(2).count(db).await? > 1)
}

pub async fn rename(tx: &impl ConnectionTrait, id: WorkspaceId, name: &str) -> Result<Changed> {
    workspace::Entity::update_many()
        .set(workspace::ActiveModel {
            name: Set(name.to_owned()),
            name_folded: Set(folded(name)),
            ..Default::default()
        })
        .filter(workspace::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(Changed::workspace(id))
}

pub async fn set_suspended(tx: &impl ConnectionTrait, id: WorkspaceId, since: Option<Timestamp>) -> Result<Changed> {
    workspace::Entity::update_many()
        .set(workspace::ActiveModel {
            suspended_at: Set(since.map(Timestamp::millis)),
            ..Default::default()
        })
        .filter(workspace::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(Changed::workspace(id))
}

pub async fn set_plan(tx: &impl ConnectionTrait, id: WorkspaceId, plan: &str) -> Result<Changed> {
    workspace::Entity::update_many()
        .set(workspace::ActiveModel {
            plan: Set(plan.to_owned()),
            ..Default::default()
        })
        .filter(workspace::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(Changed::workspace(id))
}

/// Reads the workspace and keeps everybody else who locks it waiting until this transaction ends. On SQLite a writing
/// transaction is alone anyway.
pub async fn lock(tx: &impl ConnectionTrait, id: WorkspaceId) -> Result<Option<Workspace>> {
    let mut query = workspace::Entity::find_by_id(id.0);
    if tx.get_database_backend() == sea_orm::DbBackend::Postgres {
        // Not `FOR UPDATE`: that would also keep out every row that only refers to the workspace, such as an audit line
        // written by somebody who holds a lock that we are about to ask for.
        query = query.lock(LockType::NoKeyUpdate);
    }
    Ok(query.one(tx).await?.map(Workspace::from))
}
