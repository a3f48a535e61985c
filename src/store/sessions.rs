//! Browsers' sessions. The cookie carries a random key; here is only its digest.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, SelectExt, Set};

use super::Result;
use super::entities::session;
use crate::model::account::SignedIn;
use crate::model::ids::{AccountId, SessionId};
use crate::model::timestamp::Timestamp;

/// A session as it is kept.
#[derive(Clone, Debug)]
pub struct StoredSession {
    pub id: SessionId,
    pub account_id: Option<AccountId>,
    /// JSON.
    pub state: String,
    pub address: String,
    pub user_agent: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

pub async fn insert(tx: &impl ConnectionTrait, digest: &[u8], session: StoredSession) -> Result<()> {
    let row = session::ActiveModel {
        id: Set(session.id.0),
        digest: Set(digest.to_vec()),
        account_id: Set(session.account_id.map(|id| id.0)),
        state: Set(session.state),
        address: Set(session.address),
        user_agent: Set(session.user_agent),
        created_at: Set(session.created_at.millis()),
        last_seen_at: Set(session.last_seen_at.millis()),
        expires_at: Set(session.expires_at.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

pub async fn find(db: &impl ConnectionTrait, digest: &[u8]) -> Result<Option<StoredSession>> {
    let found = session::Entity::find()
        .filter(session::Column::Digest.eq(digest.to_vec()))
        .one(db)
        .await?;
    Ok(found.map(|row| StoredSession {
        id: SessionId(row.id),
        account_id: row.account_id.map(AccountId),
        state: row.state,
        address: row.address,
        user_agent: row.user_agent,
        created_at: Timestamp::from_millis(row.created_at),
        last_seen_at: Timestamp::from_millis(row.last_seen_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    }))
}

/// Replaces the state; false when the session has been ended meanwhile.
pub async fn set_state(
    tx: &impl ConnectionTrait,
    digest: &[u8],
    account_id: Option<AccountId>,
    state: String,
) -> Result<bool> {
    let done = session::Entity::update_many()
        .set(session::ActiveModel {
            account_id: Set(account_id.map(|id| id.0)),
            state: Set(state),
            ..Default::default()
        })
        .filter(session::Column::Digest.eq(digest.to_vec()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Notes that the browser was here.
pub async fn touch(
    tx: &impl ConnectionTrait,
    id: SessionId,
    address: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    session::Entity::update_many()
        .set(session::ActiveModel {
            address: Set(address.to_owned()),
            last_seen_at: Set(now.millis()),
            expires_at: Set(expires_at.millis()),
            ..Default::default()
        })
        .filter(session::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// An account's living sessions, the latest seen first.
pub async fn list(db: &impl ConnectionTrait, account: AccountId, now: Timestamp) -> Result<Vec<SignedIn>> {
    let rows = session::Entity::find()
        .filter(session::Column::AccountId.eq(account.0))
        .filter(session::Column::ExpiresAt.gt(now.millis()))
        .order_by_desc(session::Column::LastSeenAt)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(SignedIn::from).collect())
}

/// Whether this session of an account lives.
pub async fn lives(db: &impl ConnectionTrait, account: AccountId, id: SessionId, now: Timestamp) -> Result<bool> {
    let living = session::Entity::find_by_id(id.0)
        .filter(session::Column::AccountId.eq(account.0))
        .filter(session::Column::ExpiresAt.gt(now.millis()));
    Ok(living.exists(db).await?)
}

pub async fn delete(tx: &impl ConnectionTrait, digest: &[u8]) -> Result<()> {
    session::Entity::delete_many()
        .filter(session::Column::Digest.eq(digest.to_vec()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Ends one of an account's sessions; false when it is not the account's.
pub async fn delete_of(tx: &impl ConnectionTrait, account: AccountId, id: SessionId) -> Result<bool> {
    let done = session::Entity::delete_many()
        .filter(session::Column::AccountId.eq(account.0))
        .filter(session::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Ends all of an account's sessions but one.
pub async fn delete_all_of(tx: &impl ConnectionTrait, account: AccountId, but: Option<SessionId>) -> Result<u64> {
    let mut delete = session::Entity::delete_many().filter(session::Column::AccountId.eq(account.0));
    if let Some(id) = but {
        delete = delete.filter(session::Column::Id.ne(id.0));
    }
    Ok(delete.exec(tx).await?.rows_affected)
}

/// Whether the time of any session is over.
pub async fn is_any_expired(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    let expired = session::Entity::find().filter(session::Column::ExpiresAt.lte(now.millis()));
    Ok(expired.exists(db).await?)
}

/// Sweeps sessions whose time is over.
pub async fn delete_expired(tx: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let done = session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lte(now.millis()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}
