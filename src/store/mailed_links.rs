//! One-time links, by the digest of their token: reset a password, make the first account.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, SelectExt, Set};

use super::Result;
use super::entities::mailed_link;
use crate::model::ids::AccountId;
use crate::model::timestamp::Timestamp;

/// What a link is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    ResetPassword,
    FirstAccount,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Purpose::ResetPassword => "reset_password",
            Purpose::FirstAccount => "first_account",
        }
    }
}

/// A link that waits to be followed.
#[derive(Clone, Debug)]
pub struct MailedLink {
    pub account_id: Option<AccountId>,
    pub expires_at: Timestamp,
}

/// Puts a link in place of any older one for the same account and purpose.
pub async fn replace(
    tx: &impl ConnectionTrait,
    id: uuid::Uuid,
    purpose: Purpose,
    digest: &[u8],
    link: MailedLink,
    now: Timestamp,
) -> Result<()> {
    let mut older = mailed_link::Entity::delete_many().filter(mailed_link::Column::Purpose.eq(purpose.as_str()));
    older = match link.account_id {
        Some(account) => older.filter(mailed_link::Column::AccountId.eq(account.0)),
        None => older.filter(mailed_link::Column::AccountId.is_null()),
    };
    older.exec(tx).await?;
    let row = mailed_link::ActiveModel {
        id: Set(id),
        digest: Set(digest.to_vec()),
        account_id: Set(link.account_id.map(|id| id.0)),
        purpose: Set(purpose.as_str().to_owned()),
        created_at: Set(now.millis()),
        expires_at: Set(link.expires_at.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// The link, while it is good.
pub async fn find(
    db: &impl ConnectionTrait,
    purpose: Purpose,
    digest: &[u8],
    now: Timestamp,
) -> Result<Option<MailedLink>> {
    let found = mailed_link::Entity::find()
        .filter(mailed_link::Column::Digest.eq(digest.to_vec()))
        .filter(mailed_link::Column::Purpose.eq(purpose.as_str()))
        .filter(mailed_link::Column::ExpiresAt.gt(now.millis()))
        .one(db)
        .await?;
    Ok(found.map(|row| MailedLink {
        account_id: row.account_id.map(AccountId),
        expires_at: Timestamp::from_millis(row.expires_at),
    }))
}

/// Uses a link up; false when somebody else just did.
pub async fn consume(tx: &impl ConnectionTrait, digest: &[u8]) -> Result<bool> {
    let done = mailed_link::Entity::delete_many()
        .filter(mailed_link::Column::Digest.eq(digest.to_vec()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Withdraws all links of an account for one purpose.
pub async fn withdraw(tx: &impl ConnectionTrait, account: AccountId, purpose: Purpose) -> Result<()> {
    mailed_link::Entity::delete_many()
        .filter(mailed_link::Column::AccountId.eq(account.0))
        .filter(mailed_link::Column::Purpose.eq(purpose.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether the time of any link is over.
pub async fn is_any_expired(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    let expired = mailed_link::Entity::find().filter(mailed_link::Column::ExpiresAt.lte(now.millis()));
    Ok(expired.exists(db).await?)
}

/// Sweeps links whose time is over.
pub async fn delete_expired(tx: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let done = mailed_link::Entity::delete_many()
        .filter(mailed_link::Column::ExpiresAt.lte(now.millis()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}
