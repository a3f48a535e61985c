//! Secrets that wait, sealed, for their one viewing, whatever they belong to. One row a submitted form: the second submission of
//! a form finds what the first one did, also when it has been seen.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, SelectExt, Set};
use uuid::Uuid;

use super::Result;
use super::entities::shown_once;
use crate::model::ids::AccountId;
use crate::model::timestamp::Timestamp;

/// A sealed secret.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub nonce_digest: Vec<u8>,
    /// What it belongs to.
    pub subject: Uuid,
    pub account_id: AccountId,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Puts a secret in place of whatever else waited about the same thing. `Duplicate` when the form has been submitted before.
pub async fn replace(tx: &impl ConnectionTrait, new: Waiting) -> Result<()> {
    clear(tx, shown_once::Column::SubjectId.eq(new.subject)).await?;
    let row = shown_once::ActiveModel {
        nonce_digest: Set(new.nonce_digest),
        subject_id: Set(new.subject),
        account_id: Set(new.account_id.0),
        sealed: Set(Some(new.sealed)),
        created_at: Set(new.created_at.millis()),
        expires_at: Set(new.expires_at.millis()),
    };
    shown_once::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// What this person's form made, if it has been submitted.
pub async fn submitted(db: &impl ConnectionTrait, nonce_digest: &[u8], account: AccountId) -> Result<Option<Uuid>> {
    let found = shown_once::Entity::find_by_id(nonce_digest.to_vec())
        .filter(shown_once::Column::AccountId.eq(account.0))
        .one(db)
        .await?;
    Ok(found.map(|row| row.subject_id))
}

/// What waits for this person about something: the name of each (a form's digest), and what is sealed.
pub async fn waiting(
    db: &impl ConnectionTrait,
    subject: Uuid,
    account: AccountId,
    now: Timestamp,
) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let rows = shown_once::Entity::find()
        .filter(shown_once::Column::SubjectId.eq(subject))
        .filter(shown_once::Column::AccountId.eq(account.0))
        .filter(shown_once::Column::ExpiresAt.gt(now.millis()))
        .all(db)
        .await?;
    let sealed = rows.into_iter().filter_map(|row| Some((row.nonce_digest, row.sealed?)));
    Ok(sealed.collect())
}

/// Takes a secret away: false when another view was quicker.
pub async fn take(tx: &impl ConnectionTrait, nonce_digest: &[u8]) -> Result<bool> {
    Ok(clear(tx, shown_once::Column::NonceDigest.eq(nonce_digest.to_vec())).await? > 0)
}

/// Takes away whatever waits about something.
pub async fn forget(tx: &impl ConnectionTrait, subject: Uuid) -> Result<()> {
    clear(tx, shown_once::Column::SubjectId.eq(subject)).await?;
    Ok(())
}

/// Whether there is anything to sweep.
pub async fn is_any_expired(db: &impl ConnectionTrait, now: Timestamp, forms_before: Timestamp) -> Result<bool> {
    let expired = shown_once::Entity::find()
        .filter(shown_once::Column::ExpiresAt.lte(now.millis()))
        .filter(shown_once::Column::Sealed.is_not_null());
    let forms = shown_once::Entity::find().filter(shown_once::Column::CreatedAt.lt(forms_before.millis()));
    Ok(expired.exists(db).await? || forms.exists(db).await?)
}

/// Sweeps what nobody came to see, and forms nobody can submit again.
pub async fn delete_expired(tx: &impl ConnectionTrait, now: Timestamp, forms_before: Timestamp) -> Result<()> {
    clear(tx, shown_once::Column::ExpiresAt.lte(now.millis())).await?;
    shown_once::Entity::delete_many()
        .filter(shown_once::Column::CreatedAt.lt(forms_before.millis()))
        .exec(tx)
        .await?;
    Ok(())
}

async fn clear(tx: &impl ConnectionTrait, which: Expr) -> Result<u64> {
    let cleared = shown_once::Entity::update_many()
        .set(shown_once::ActiveModel {
            sealed: Set(None),
            ..Default::default()
        })
        .filter(which)
        .filter(shown_once::Column::Sealed.is_not_null())
        .exec(tx)
        .await?;
    Ok(cleared.rows_affected)
}
