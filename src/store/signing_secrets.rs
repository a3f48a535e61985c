//! The signing secrets of keys, sealed: the current one, and for a while the one before it.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, SelectExt, Set};

use super::entities::{key, webhook_endpoint as endpoint};
use super::rows::maybe_at;
use super::{Result, keys};
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;

/// The secrets that sign for a key, or for a workspace's own endpoint.
#[derive(Clone, Debug, Default)]
pub struct SealedSecrets {
    pub current: Option<Vec<u8>>,
    /// The one before, and until when it signs too.
    pub previous: Option<(Vec<u8>, Timestamp)>,
}

/// The secrets of a key.
pub async fn of_key(db: &impl ConnectionTrait, id: KeyId) -> Result<SealedSecrets> {
    let found = key::Entity::find_by_id(id.0).one(db).await?;
    Ok(found.map_or_else(SealedSecrets::default, |row| SealedSecrets {
        current: row.signing_secret,
        previous: row.previous_signing_secret.zip(maybe_at(row.previous_secret_until)),
    }))
}

/// Replaces the secrets of a key.
pub async fn set_of_key(tx: &impl ConnectionTrait, id: KeyId, secrets: SealedSecrets) -> Result<()> {
    let (previous, until) = secrets.previous.unzip();
    key::Entity::update_many()
        .set(key::ActiveModel {
            signing_secret: Set(secrets.current),
            previous_signing_secret: Set(previous),
            previous_secret_until: Set(until.map(Timestamp::millis)),
            ..Default::default()
        })
        .filter(key::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether anything signs no longer.
pub async fn is_any_expired(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    let keys = key::Entity::find().filter(of_key_is_over(now));
    let endpoints = endpoint::Entity::find().filter(of_endpoint_is_over(now));
    Ok(keys.exists(db).await? || endpoints.exists(db).await?)
}

/// Removes what signs no longer.
pub async fn delete_expired(tx: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    keys::lock_all(tx, || of_key_is_over(now)).await?;
    key::Entity::update_many()
        .set(key::ActiveModel {
            previous_signing_secret: Set(None),
            previous_secret_until: Set(None),
            ..Default::default()
        })
        .filter(of_key_is_over(now))
        .exec(tx)
        .await?;
    endpoint::Entity::update_many()
        .set(endpoint::ActiveModel {
            previous_secret: Set(None),
            previous_until: Set(None),
            ..Default::default()
        })
        .filter(of_endpoint_is_over(now))
        .exec(tx)
        .await?;
    Ok(())
}

fn of_key_is_over(now: Timestamp) -> Expr {
    key::Column::PreviousSecretUntil.lte(now.millis())
}

fn of_endpoint_is_over(now: Timestamp) -> Expr {
    endpoint::Column::PreviousUntil.lte(now.millis())
}

/// Any one sealed signing secret: what tells at start whether the master key is the right one.
pub async fn any(db: &impl ConnectionTrait) -> Result<Option<(KeyId, Vec<u8>)>> {
    let found = key::Entity::find()
        .filter(key::Column::SigningSecret.is_not_null())
        .one(db)
        .await?;
    Ok(found.and_then(|row| row.signing_secret.map(|sealed| (KeyId(row.id), sealed))))
}
