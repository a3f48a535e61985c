//! What waits, sealed, for its one viewing; and the forms that have already made a key.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, SelectExt, Set};

use super::Result;
use super::entities::{form_submission, reveal};
use crate::model::ids::{AccountId, KeyId};
use crate::model::timestamp::Timestamp;

/// A sealed reveal.
#[derive(Clone, Debug)]
pub struct Reveal {
    pub id: uuid::Uuid,
    pub key_id: KeyId,
    pub account_id: AccountId,
    /// `key` or `signing_secret`.
    pub kind: String,
    pub sealed: Vec<u8>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// Puts a reveal in place of whatever else of this kind waited for the key.
pub async fn replace(tx: &impl ConnectionTrait, new: Reveal) -> Result<()> {
    reveal::Entity::delete_many()
        .filter(reveal::Column::KeyId.eq(new.key_id.0))
        .filter(reveal::Column::Kind.eq(new.kind.clone()))
        .exec(tx)
        .await?;
    let row = reveal::ActiveModel {
        id: Set(new.id),
        key_id: Set(new.key_id.0),
        account_id: Set(new.account_id.0),
        kind: Set(new.kind),
        sealed: Set(new.sealed),
        created_at: Set(new.created_at.millis()),
        expires_at: Set(new.expires_at.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// What waits for this person about this key, whether or not its time is over.
pub async fn waiting(db: &impl ConnectionTrait, key: KeyId, account: AccountId, now: Timestamp) -> Result<Vec<Reveal>> {
    let rows = reveal::Entity::find()
        .filter(reveal::Column::KeyId.eq(key.0))
        .filter(reveal::Column::AccountId.eq(account.0))
        .filter(reveal::Column::ExpiresAt.gt(now.millis()))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(reveal_from).collect())
}

/// Takes a reveal away: false when another view was quicker.
pub async fn take(tx: &impl ConnectionTrait, id: uuid::Uuid) -> Result<bool> {
    let done = reveal::Entity::delete_by_id(id).exec(tx).await?;
    Ok(done.rows_affected > 0)
}

/// Whether there is anything to sweep.
pub async fn is_any_expired(db: &impl ConnectionTrait, now: Timestamp, forms_before: Timestamp) -> Result<bool> {
    let expired = reveal::Entity::find().filter(reveal::Column::ExpiresAt.lte(now.millis()));
    let forms = form_submission::Entity::find();
    let forms = forms.filter(form_submission::Column::CreatedAt.lt(forms_before.millis()));
    Ok(expired.exists(db).await? || forms.exists(db).await?)
}

/// Sweeps what nobody came to see, and forms nobody can submit again.
pub async fn delete_expired(tx: &impl ConnectionTrait, now: Timestamp, forms_before: Timestamp) -> Result<()> {
    reveal::Entity::delete_many()
        .filter(reveal::Column::ExpiresAt.lte(now.millis()))
        .exec(tx)
        .await?;
    form_submission::Entity::delete_many()
        .filter(form_submission::Column::CreatedAt.lt(forms_before.millis()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Notes that a form made a key. `Duplicate` when it has made one before.
pub async fn note_submission(
    tx: &impl ConnectionTrait,
    nonce_digest: &[u8],
    account: AccountId,
    key: KeyId,
    now: Timestamp,
) -> Result<()> {
    let row = form_submission::ActiveModel {
        nonce_digest: Set(nonce_digest.to_vec()),
        account_id: Set(account.0),
        key_id: Set(key.0),
        created_at: Set(now.millis()),
    };
    row.insert(tx).await?;
    Ok(())
}

/// The key that a form has made.
pub async fn submitted(db: &impl ConnectionTrait, nonce_digest: &[u8], account: AccountId) -> Result<Option<KeyId>> {
    let found = form_submission::Entity::find_by_id(nonce_digest.to_vec())
        .one(db)
        .await?;
    Ok(found
        .filter(|row| row.account_id == account.0)
        .map(|row| KeyId(row.key_id)))
}

fn reveal_from(row: reveal::Model) -> Reveal {
    Reveal {
        id: row.id,
        key_id: KeyId(row.key_id),
        account_id: AccountId(row.account_id),
        kind: row.kind,
        sealed: row.sealed,
        created_at: Timestamp::from_millis(row.created_at),
        expires_at: Timestamp::from_millis(row.expires_at),
    }
}
