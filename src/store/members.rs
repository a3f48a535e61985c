//! Who belongs to a workspace.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Set,
};

use super::entities::{account, member};
use super::rows::{at, email, word};
use super::{Error, Result};
use crate::model::ids::{AccountId, WorkspaceId};
use crate::model::role::Role;
use crate::model::timestamp::Timestamp;
use crate::model::workspace::Member;

/// `Duplicate` when the account is a member already.
pub async fn insert(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: AccountId,
    role: Role,
    now: Timestamp,
) -> Result<()> {
    let row = member::ActiveModel {
        workspace_id: Set(workspace.0),
        account_id: Set(account.0),
        role: Set(role.as_str().to_owned()),
        created_at: Set(now.millis()),
        health_mail_at: Set(None),
    };
    row.insert(tx).await?;
    Ok(())
}

/// All members, the longest-standing first.
pub async fn list(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Member>> {
    let members = member::Entity::find()
        .filter(member::Column::WorkspaceId.eq(workspace.0))
        .order_by_asc(member::Column::CreatedAt)
        .all(db)
        .await?;
    let accounts = account::Entity::find()
        .filter(account::Column::Id.is_in(members.iter().map(|member| member.account_id)))
        .all(db)
        .await?;
    members
        .into_iter()
        .map(|member| {
            let account = accounts.iter().find(|account| account.id == member.account_id);
            let account = account.ok_or_else(|| Error::Corrupt("a member without an account".to_owned()))?;
            Ok(Member {
                account_id: AccountId(member.account_id),
                email: email(&account.email),
                role: word(&member.role)?,
                since: at(member.created_at),
            })
        })
        .collect()
}

/// Those of one workspace who can be written to, because they have shown that their address is theirs.
pub async fn reachable(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Member>> {
    let mut members = list(db, workspace).await?;
    let confirmed: Vec<uuid::Uuid> = account::Entity::find()
        .select_only()
        .column(account::Column::Id)
        .filter(account::Column::Id.is_in(members.iter().map(|member| member.account_id.0)))
        .filter(account::Column::EmailConfirmedAt.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    members.retain(|member| confirmed.contains(&member.account_id.0));
    Ok(members)
}

pub async fn role_of(db: &impl ConnectionTrait, workspace: WorkspaceId, account: AccountId) -> Result<Option<Role>> {
    let found = member::Entity::find_by_id((workspace.0, account.0)).one(db).await?;
    found.map(|member| word(&member.role)).transpose()
}

pub async fn set_role(tx: &impl ConnectionTrait, workspace: WorkspaceId, account: AccountId, role: Role) -> Result<()> {
    member::Entity::update_many()
        .set(member::ActiveModel {
            role: Set(role.as_str().to_owned()),
            ..Default::default()
        })
        .filter(member::Column::WorkspaceId.eq(workspace.0))
        .filter(member::Column::AccountId.eq(account.0))
        .exec(tx)
        .await?;
    Ok(())
}

pub async fn delete(tx: &impl ConnectionTrait, workspace: WorkspaceId, account: AccountId) -> Result<()> {
    member::Entity::delete_by_id((workspace.0, account.0)).exec(tx).await?;
    Ok(())
}

pub async fn count(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<u64> {
    let members = member::Entity::find().filter(member::Column::WorkspaceId.eq(workspace.0));
    Ok(members.count(db).await?)
}

/// Whether anybody has been a member for longer than this one.
pub async fn is_anybody_before(db: &impl ConnectionTrait, workspace: WorkspaceId, account: AccountId) -> Result<bool> {
    let Some(own) = member::Entity::find_by_id((workspace.0, account.0)).one(db).await? else {
        return Ok(false);
    };
    let before = member::Entity::find()
        .filter(member::Column::WorkspaceId.eq(workspace.0))
        .filter(member::Column::CreatedAt.lt(own.created_at));
    Ok(before.limit(1).count(db).await? > 0)
}

pub async fn count_owners(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<u64> {
    let owners = member::Entity::find()
        .filter(member::Column::WorkspaceId.eq(workspace.0))
        .filter(member::Column::Role.eq(Role::Owner.as_str()));
    Ok(owners.count(db).await?)
}
