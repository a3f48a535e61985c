//! Invitations to workspaces, by the digest of the token that was mailed last. One for an address and workspace.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, SelectExt, Set,
};

use super::entities::invitation::{ActiveModel, Column, Entity, Model};
use super::rows::{at, email, word};
use super::{Error, Result};
use crate::model::email::Email;
use crate::model::ids::{AccountId, InvitationId, WorkspaceId};
use crate::model::invitation::Invitation;
use crate::model::role::Role;
use crate::model::timestamp::Timestamp;

/// A new one.
pub async fn insert(tx: &impl ConnectionTrait, new: &Invitation, digest: &[u8]) -> Result<()> {
    let row = ActiveModel {
        id: Set(new.id.0),
        workspace_id: Set(new.workspace_id.0),
        email: Set(new.email.as_str().to_owned()),
        email_folded: Set(new.email.folded()),
        role: Set(new.role.as_str().to_owned()),
        digest: Set(digest.to_vec()),
        invited_by: Set(new.invited_by.map(|id| id.0)),
        invited_by_name: Set(new.invited_by_name.clone()),
        sent_at: Set(new.sent_at.millis()),
        expires_at: Set(new.expires_at.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// The same invitation with another link, role or sender.
pub async fn update(tx: &impl ConnectionTrait, invitation: &Invitation, digest: &[u8]) -> Result<()> {
    let Some(row) = Entity::find_by_id(invitation.id.0).one(tx).await? else {
        return Ok(());
    };
    let mut row = row.into_active_model();
    row.role = Set(invitation.role.as_str().to_owned());
    row.digest = Set(digest.to_vec());
    row.invited_by = Set(invitation.invited_by.map(|id| id.0));
    row.invited_by_name = Set(invitation.invited_by_name.clone());
    row.sent_at = Set(invitation.sent_at.millis());
    row.expires_at = Set(invitation.expires_at.millis());
    row.update(tx).await?;
    Ok(())
}

/// Those of a workspace, the newest first; whose time is over too.
pub async fn list(db: &impl ConnectionTrait, workspace: WorkspaceId, limit: u64) -> Result<Vec<Invitation>> {
    let found = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace.0))
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    found.into_iter().map(Invitation::try_from).collect()
}

/// How many a workspace has.
pub async fn count(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<u64> {
    let all = Entity::find().filter(Column::WorkspaceId.eq(workspace.0));
    Ok(all.count(db).await?)
}

/// How many of a workspace can still be accepted.
pub async fn count_open(db: &impl ConnectionTrait, workspace: WorkspaceId, now: Timestamp) -> Result<u64> {
    let open = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace.0))
        .filter(Column::ExpiresAt.gt(now.millis()));
    Ok(open.count(db).await?)
}

/// One of a workspace.
pub async fn find(db: &impl ConnectionTrait, workspace: WorkspaceId, id: InvitationId) -> Result<Option<Invitation>> {
    let found = Entity::find_by_id(id.0)
        .filter(Column::WorkspaceId.eq(workspace.0))
        .one(db)
        .await?;
    found.map(Invitation::try_from).transpose()
}

/// That for an address.
pub async fn of_address(db: &impl ConnectionTrait, workspace: WorkspaceId, to: &Email) -> Result<Option<Invitation>> {
    let found = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace.0))
        .filter(Column::EmailFolded.eq(to.folded()))
        .one(db)
        .await?;
    found.map(Invitation::try_from).transpose()
}

/// Whose link it is, while it is good.
pub async fn by_token(db: &impl ConnectionTrait, digest: &[u8], now: Timestamp) -> Result<Option<Invitation>> {
    let found = Entity::find()
        .filter(Column::Digest.eq(digest.to_vec()))
        .filter(Column::ExpiresAt.gt(now.millis()))
        .one(db)
        .await?;
    found.map(Invitation::try_from).transpose()
}

/// Uses an invitation up, or withdraws it; false when somebody else just did.
pub async fn delete(tx: &impl ConnectionTrait, id: InvitationId) -> Result<bool> {
    let gone = Entity::delete_by_id(id.0).exec(tx).await?;
    Ok(gone.rows_affected > 0)
}

/// Withdraws what a person has sent in a workspace.
pub async fn delete_sent_by(tx: &impl ConnectionTrait, workspace: WorkspaceId, account: AccountId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::WorkspaceId.eq(workspace.0))
        .filter(Column::InvitedBy.eq(account.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Withdraws that for an address, if there is one.
pub async fn delete_to(tx: &impl ConnectionTrait, workspace: WorkspaceId, to: &Email) -> Result<()> {
    Entity::delete_many()
        .filter(Column::WorkspaceId.eq(workspace.0))
        .filter(Column::EmailFolded.eq(to.folded()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends what a person has sent in a workspace for these roles: it stays in the list, to be sent again.
pub async fn end_sent_by(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    account: AccountId,
    roles: &[Role],
    now: Timestamp,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(now.millis()))
        .filter(Column::WorkspaceId.eq(workspace.0))
        .filter(Column::InvitedBy.eq(account.0))
        .filter(Column::Role.is_in(roles.iter().map(|role| role.as_str())))
        .filter(Column::ExpiresAt.gt(now.millis()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether any has been over since before.
pub async fn is_any_expired(db: &impl ConnectionTrait, before: Timestamp) -> Result<bool> {
    Ok(Entity::find()
        .filter(Column::ExpiresAt.lt(before.millis()))
        .exists(db)
        .await?)
}

/// Lets go of those.
pub async fn delete_expired(tx: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    Entity::delete_many()
        .filter(Column::ExpiresAt.lt(before.millis()))
        .exec(tx)
        .await?;
    Ok(())
}

impl TryFrom<Model> for Invitation {
    type Error = Error;

    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            id: InvitationId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            email: email(&row.email),
            role: word(&row.role)?,
            invited_by: row.invited_by.map(AccountId),
            invited_by_name: row.invited_by_name,
            sent_at: at(row.sent_at),
            expires_at: at(row.expires_at),
        })
    }
}
