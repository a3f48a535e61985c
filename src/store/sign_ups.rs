//! Sign-ups that wait for the link in the mail, by the digest of its token. One address may have several: each keeps the
//! password that was typed with it.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SelectExt, Set,
};

use uuid::Uuid;

use super::Result;
use super::entities::sign_up;
use super::rows::email;
use crate::model::email::Email;
use crate::model::timestamp::Timestamp;

/// A sign-up that waits.
#[derive(Clone)]
pub struct SignUp {
    pub email: Email,
    pub password_hash: String,
    /// The digest of the secret of the browser that signed up.
    pub browser_digest: Vec<u8>,
    pub expires_at: Timestamp,
}

impl std::fmt::Debug for SignUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignUp")
            .field("email", &self.email)
            .finish_non_exhaustive()
    }
}

pub async fn insert(tx: &impl ConnectionTrait, id: Uuid, digest: &[u8], new: SignUp, now: Timestamp) -> Result<()> {
    let row = sign_up::ActiveModel {
        id: Set(id),
        digest: Set(digest.to_vec()),
        email: Set(new.email.as_str().to_owned()),
        email_folded: Set(new.email.folded()),
        password_hash: Set(new.password_hash),
        browser_digest: Set(new.browser_digest),
        created_at: Set(now.millis()),
        expires_at: Set(new.expires_at.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// A sign-up as the support desk sees it.
#[derive(Clone, Debug)]
pub struct Unconfirmed {
    pub id: Uuid,
    pub email: Email,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// The newest that waits for an address.
pub async fn newest_of(db: &impl ConnectionTrait, email: &Email, now: Timestamp) -> Result<Option<Unconfirmed>> {
    let found = sign_up::Entity::find()
        .filter(sign_up::Column::EmailFolded.eq(email.folded()))
        .filter(sign_up::Column::ExpiresAt.gt(now.millis()))
        .order_by_desc(sign_up::Column::Id)
        .one(db)
        .await?;
    Ok(found.map(unconfirmed))
}

/// One that waits, by its id.
pub async fn find_unconfirmed(db: &impl ConnectionTrait, id: Uuid, now: Timestamp) -> Result<Option<Unconfirmed>> {
    let found = sign_up::Entity::find_by_id(id)
        .filter(sign_up::Column::ExpiresAt.gt(now.millis()))
        .one(db)
        .await?;
    Ok(found.map(unconfirmed))
}

fn unconfirmed(row: sign_up::Model) -> Unconfirmed {
    Unconfirmed {
        id: row.id,
        email: email(&row.email),
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    }
}

/// What another link of a sign-up has of its own.
#[derive(Debug)]
pub struct Renewed {
    pub id: Uuid,
    pub digest: Vec<u8>,
    pub now: Timestamp,
    pub expires_at: Timestamp,
}

/// Gives a sign-up another link beside the one that it has; false when it is gone.
pub async fn renew(tx: &impl ConnectionTrait, id: Uuid, renewed: Renewed) -> Result<bool> {
    let Some(known) = sign_up::Entity::find_by_id(id).one(tx).await? else {
        return Ok(false);
    };
    let row = sign_up::ActiveModel {
        id: Set(renewed.id),
        digest: Set(renewed.digest),
        email: Set(known.email),
        email_folded: Set(known.email_folded),
        password_hash: Set(known.password_hash),
        browser_digest: Set(known.browser_digest),
        created_at: Set(renewed.now.millis()),
        expires_at: Set(renewed.expires_at.millis()),
    };
    row.insert(tx).await?;
    Ok(true)
}

/// Those that wait for an address.
pub async fn ids_of(db: &impl ConnectionTrait, email: &Email) -> Result<Vec<Uuid>> {
    let rows = sign_up::Entity::find()
        .select_only()
        .column(sign_up::Column::Id)
        .filter(sign_up::Column::EmailFolded.eq(email.folded()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows)
}

/// The sign-up, while its link is good.
pub async fn find(db: &impl ConnectionTrait, digest: &[u8], now: Timestamp) -> Result<Option<SignUp>> {
    let found = sign_up::Entity::find()
        .filter(sign_up::Column::Digest.eq(digest.to_vec()))
        .filter(sign_up::Column::ExpiresAt.gt(now.millis()))
        .one(db)
        .await?;
    let Some(row) = found else { return Ok(None) };
    Ok(Some(SignUp {
        email: email(&row.email),
        password_hash: row.password_hash,
        browser_digest: row.browser_digest,
        expires_at: Timestamp::from_millis(row.expires_at),
    }))
}

/// Uses a sign-up's link up; false when somebody else just did.
pub async fn consume(tx: &impl ConnectionTrait, digest: &[u8]) -> Result<bool> {
    let done = sign_up::Entity::delete_many()
        .filter(sign_up::Column::Digest.eq(digest.to_vec()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Withdraws whatever waits for an address: it has an account now.
pub async fn withdraw(tx: &impl ConnectionTrait, email: &Email) -> Result<()> {
    sign_up::Entity::delete_many()
        .filter(sign_up::Column::EmailFolded.eq(email.folded()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether the time of any sign-up is over.
pub async fn is_any_expired(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    let expired = sign_up::Entity::find().filter(sign_up::Column::ExpiresAt.lte(now.millis()));
    Ok(expired.exists(db).await?)
}

/// Sweeps sign-ups whose time is over.
pub async fn delete_expired(tx: &impl ConnectionTrait, now: Timestamp) -> Result<u64> {
    let done = sign_up::Entity::delete_many()
        .filter(sign_up::Column::ExpiresAt.lte(now.millis()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected)
}
