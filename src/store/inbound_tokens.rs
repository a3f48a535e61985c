//! Tokens of inbound webhooks. Every finder but [`owners_of`] takes the key: another key's token does not exist.

use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Set,
};

use super::Result;
use super::entities::{inbound_token as token, key};
use super::rows::{at, digest, maybe_at};
use crate::model::ids::{InboundTokenId, KeyId};
use crate::model::inbound::InboundToken;
use crate::model::timestamp::Timestamp;

/// Whom a token stands for.
#[derive(Clone, Debug)]
pub struct TokenOwner {
    /// The digest of the token.
    pub digest: [u8; 32],
    /// The digest of the key's text.
    pub key_digest: [u8; 32],
    pub template: String,
}

#[derive(FromQueryResult)]
struct OwnerRow {
    digest: Vec<u8>,
    key_digest: Vec<u8>,
    template: String,
}

/// The keys that own the tokens with these digests, and what the tokens are for, in no order; nothing of those that are revoked.
pub async fn owners_of(db: &impl ConnectionTrait, digests: &[[u8; 32]]) -> Result<Vec<TokenOwner>> {
    let to_key = token::Entity::belongs_to(key::Entity)
        .from(token::Column::KeyId)
        .to(key::Column::Id);
    let rows = token::Entity::find()
        .select_only()
        .columns([token::Column::Digest, token::Column::Template])
        .column_as(key::Column::Digest, "key_digest")
        .join(JoinType::InnerJoin, to_key.into())
        .filter(token::Column::Digest.is_in(digests.iter().map(|digest| digest.to_vec())))
        .filter(token::Column::RevokedAt.is_null())
        .into_model::<OwnerRow>()
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(TokenOwner {
                digest: digest(&row.digest)?,
                key_digest: digest(&row.key_digest)?,
                template: row.template,
            })
        })
        .collect()
}

/// A new token.
pub async fn insert(tx: &impl ConnectionTrait, new: &InboundToken, digest: [u8; 32]) -> Result<()> {
    let row = token::ActiveModel {
        id: Set(new.id.0),
        key_id: Set(new.key_id.0),
        digest: Set(digest.to_vec()),
        display_prefix: Set(new.display_prefix.clone()),
        template: Set(new.template.clone()),
        created_by: Set(new.created_by.clone()),
        created_at: Set(new.created_at.millis()),
        revoked_at: Set(None),
    };
    row.insert(tx).await?;
    Ok(())
}

pub async fn find(db: &impl ConnectionTrait, key: KeyId, id: InboundTokenId) -> Result<Option<InboundToken>> {
    let found = token::Entity::find_by_id(id.0)
        .filter(token::Column::KeyId.eq(key.0))
        .one(db)
        .await?;
    Ok(found.map(InboundToken::from))
}

/// The tokens of a key, newest first.
pub async fn list(db: &impl ConnectionTrait, key: KeyId) -> Result<Vec<InboundToken>> {
    let rows = token::Entity::find()
        .filter(token::Column::KeyId.eq(key.0))
        .order_by_desc(token::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(InboundToken::from).collect())
}

/// How many tokens of a key work, as far as they themselves go.
pub async fn count_living(db: &impl ConnectionTrait, key: KeyId) -> Result<u64> {
    let living = token::Entity::find()
        .filter(token::Column::KeyId.eq(key.0))
        .filter(token::Column::RevokedAt.is_null());
    Ok(living.count(db).await?)
}

/// Revokes a token: false when it was already.
pub async fn revoke(tx: &impl ConnectionTrait, id: InboundTokenId, now: Timestamp) -> Result<bool> {
    let revoked = token::Entity::update_many()
        .set(token::ActiveModel {
            revoked_at: Set(Some(now.millis())),
            ..Default::default()
        })
        .filter(token::Column::Id.eq(id.0))
        .filter(token::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(revoked.rows_affected > 0)
}

/// Hands the living tokens of a key to its successor.
pub async fn hand_over(tx: &impl ConnectionTrait, from: KeyId, to: KeyId) -> Result<u64> {
    let handed = token::Entity::update_many()
        .set(token::ActiveModel {
            key_id: Set(to.0),
            ..Default::default()
        })
        .filter(token::Column::KeyId.eq(from.0))
        .filter(token::Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(handed.rows_affected)
}

/// Removes the tokens of a key that is deleted.
pub async fn delete_of_key(tx: &impl ConnectionTrait, key: KeyId) -> Result<()> {
    token::Entity::delete_many()
        .filter(token::Column::KeyId.eq(key.0))
        .exec(tx)
        .await?;
    Ok(())
}

impl From<token::Model> for InboundToken {
    fn from(row: token::Model) -> Self {
        Self {
            id: InboundTokenId(row.id),
            key_id: KeyId(row.key_id),
            display_prefix: row.display_prefix,
            template: row.template,
            created_by: row.created_by,
            created_at: at(row.created_at),
            revoked_at: maybe_at(row.revoked_at),
        }
    }
}
