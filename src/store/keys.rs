//! Keys. Every finder but the digest's and the support desk's takes what owns the key: another tenant's key does not exist.

mod desk;
mod digests;
mod list;
mod locks;
mod makers;

pub use desk::{count_by_display_prefix, count_near, find_by_display_prefix, find_near};
pub use digests::{Digested, digests, newest_digests, newest_digests_of};
pub(in crate::store) use list::with_status;
pub use list::{Filter, StatusFilter, counted, has_any, list};
pub use locks::{hold_any, lock, lock_all, lock_shared};
pub use makers::{has_any_in, newest_of, usable_of};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select, SelectExt, Set,
};

use super::Result;
use super::changes::Changed;
use super::entities::key;
use crate::model::access::Environment;
use crate::model::ids::{AccountId, KeyId, OwnerId, WorkspaceId};
use crate::model::key::Key;
use crate::model::name::Name;
use crate::model::spoken::normal_form;
use crate::model::timestamp::Timestamp;

/// What only the store keeps of a new key.
pub struct NewKey<'a> {
    pub key: &'a Key,
    pub name: &'a Name,
    pub digest: &'a [u8],
    /// Sealed under the master key.
    pub signing_secret: Option<Vec<u8>>,
    pub created_by_account: Option<AccountId>,
}

/// `Duplicate` when a living key of the same owner has the name.
pub async fn insert(tx: &impl ConnectionTrait, new: NewKey<'_>) -> Result<()> {
    let key = new.key;
    let row = key::ActiveModel {
        id: Set(key.id.0),
        workspace_id: Set(key.workspace_id.0),
        project_id: Set(key.project_id.map(|id| id.0)),
        owner_id: Set(key.owner_id.0),
        type_id: Set(key.type_id.clone()),
        environment: Set(key.environment.to_string()),
        name: Set(new.name.as_str().to_owned()),
        name_folded: Set(new.name.folded()),
        digest: Set(new.digest.to_vec()),
        display_prefix: Set(key.display_prefix.clone()),
        spoken: Set(normal_form(&key.display_prefix)),
        public_text: Set(key.public_text.clone()),
        scopes: Set(list_text(&key.scopes)),
        allowed_addresses: Set(list_text(&key.allowed_addresses.texts())),
        state: Set(key.state.to_string()),
        expires_at: Set(key.expires_at.map(Timestamp::millis)),
        next_expiry_notice_at: Set(key.next_expiry_notice_at.map(Timestamp::millis)),
        webhook_url: Set(key.webhook_url.clone()),
        signing_secret: Set(new.signing_secret),
        created_by: Set(key.created_by.clone()),
        created_by_account: Set(new.created_by_account.map(|id| id.0)),
        created_by_key: Set(key.created_by_key.map(|id| id.0)),
        created_at: Set(key.created_at.millis()),
        updated_at: Set(key.updated_at.millis()),
        version: Set(key.version),
        // What has not happened to it yet.
        ..Default::default()
    };
    key::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

pub async fn find(db: &impl ConnectionTrait, owner: OwnerId, id: KeyId) -> Result<Option<Key>> {
    let found = of_owner(owner, id).one(db).await?;
    found.map(Key::try_from).transpose()
}

/// Those of these keys that are this owner's.
pub async fn find_all(db: &impl ConnectionTrait, owner: OwnerId, ids: &[KeyId]) -> Result<Vec<Key>> {
    let rows = key::Entity::find()
        .filter(key::Column::OwnerId.eq(owner.0))
        .filter(key::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(db)
        .await?;
    rows.into_iter().map(Key::try_from).collect()
}

/// A deleted key is nobody's any more.
fn of_owner(owner: OwnerId, id: KeyId) -> Select<key::Entity> {
    key::Entity::find_by_id(id.0)
        .filter(key::Column::OwnerId.eq(owner.0))
        .filter(key::Column::DeletedAt.is_null())
}

/// The key that was rolled into this one.
pub async fn find_replaced(db: &impl ConnectionTrait, owner: OwnerId, successor: KeyId) -> Result<Option<Key>> {
    let found = key::Entity::find()
        .filter(key::Column::OwnerId.eq(owner.0))
        .filter(key::Column::ReplacedBy.eq(successor.0))
        .filter(key::Column::DeletedAt.is_null())
        .one(db)
        .await?;
    found.map(Key::try_from).transpose()
}

/// Which of these keys there are.
pub async fn existing(db: &impl ConnectionTrait, keys: &[KeyId]) -> Result<Vec<KeyId>> {
    let mut found = Vec::with_capacity(keys.len());
    for batch in keys.chunks(500) {
        let ids: Vec<uuid::Uuid> = key::Entity::find()
            .select_only()
            .column(key::Column::Id)
            .filter(key::Column::Id.is_in(batch.iter().map(|id| id.0)))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(ids.into_iter().map(KeyId));
    }
    Ok(found)
}

/// Any tenant's key, deleted or not: for the support desk, and for what has proof of the key itself. Members look for their own.
pub async fn find_of_any_tenant(db: &impl ConnectionTrait, id: KeyId) -> Result<Option<Key>> {
    key::Entity::find_by_id(id.0)
        .one(db)
        .await?
        .map(Key::try_from)
        .transpose()
}

/// How many places of the plan a workspace's keys take: those neither revoked nor replaced. Of one type, or of all.
pub async fn count_places(db: &impl ConnectionTrait, workspace: WorkspaceId, type_id: Option<&str>) -> Result<u64> {
    let mut query = key::Entity::find()
        .filter(key::Column::WorkspaceId.eq(workspace.0))
        .filter(key::Column::RevokedAt.is_null())
        .filter(key::Column::ReplacedAt.is_null());
    if let Some(type_id) = type_id {
        query = query.filter(key::Column::TypeId.eq(type_id));
    }
    Ok(query.count(db).await?)
}

/// Of a workspace's newest keys, the one that was used last, whatever has become of it; for the walkthrough. (An index that knows
/// the last of all would be written with every use of every key.)
pub async fn last_used(db: &impl ConnectionTrait, workspace: WorkspaceId, newest: u64) -> Result<Option<Key>> {
    let found = used(workspace, newest)
        .order_by_desc(key::Column::LastUsedAt)
        .limit(1)
        .one(db)
        .await?;
    found.map(Key::try_from).transpose()
}

/// When a key of an owner in an environment was used last, whatever has become of it.
pub async fn last_used_at(
    db: &impl ConnectionTrait,
    owner: OwnerId,
    environment: Environment,
) -> Result<Option<Timestamp>> {
    let last: Option<Option<i64>> = key::Entity::find()
        .select_only()
        .column_as(key::Column::LastUsedAt.max(), "last")
        .filter(key::Column::OwnerId.eq(owner.0))
        .filter(key::Column::Environment.eq(environment.as_str()))
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.flatten().map(Timestamp::from_millis))
}

/// Whether another of them has been used than this one.
pub async fn is_another_used(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    newest: u64,
    but: KeyId,
) -> Result<bool> {
    Ok(used(workspace, newest)
        .filter(key::Column::Id.ne(but.0))
        .exists(db)
        .await?)
}

fn used(workspace: WorkspaceId, newest: u64) -> Select<key::Entity> {
    let newest = key::Entity::find()
        .select_only()
        .column(key::Column::Id)
        .filter(key::Column::WorkspaceId.eq(workspace.0))
        .order_by_desc(key::Column::Id)
        .limit(newest)
        .into_query();
    key::Entity::find()
        .filter(key::Column::Id.in_subquery(newest))
        .filter(key::Column::LastUsedAt.is_not_null())
}

/// The newest key of a workspace that works in an environment, and that none has taken over from; for the walkthrough.
pub async fn newest_active(
    db: &impl ConnectionTrait,
    workspace: WorkspaceId,
    environment: &str,
    now: Timestamp,
) -> Result<Option<Key>> {
    let found = key::Entity::find()
        .filter(key::Column::WorkspaceId.eq(workspace.0))
        // Said beside its state because of the index that leaves out the dead.
        .filter(key::Column::RevokedAt.is_null())
        .filter(key::Column::ReplacedAt.is_null())
        .filter(key::Column::Environment.eq(environment))
        .filter(with_status(StatusFilter::Active, now))
        .order_by_desc(key::Column::Id)
        .limit(1)
        .one(db)
        .await?;
    found.map(Key::try_from).transpose()
}

/// What an overview says of an owner's keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    pub owner: OwnerId,
    /// All but the revoked.
    pub living: i64,
    pub last_used_at: Option<Timestamp>,
}

/// One line for each owner in a workspace that has ever had a key; in no order.
pub async fn summaries(db: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Summary>> {
    let unrevoked = Expr::case(key::Column::RevokedAt.is_null(), 1).finally(0);
    let rows: Vec<(uuid::Uuid, i64, Option<i64>)> = key::Entity::find()
        .select_only()
        .column(key::Column::OwnerId)
        .column_as(unrevoked.sum().cast_as("bigint"), "living")
        .column_as(key::Column::LastUsedAt.max(), "last_used_at")
        .filter(key::Column::WorkspaceId.eq(workspace.0))
        .group_by(key::Column::OwnerId)
        .into_tuple()
        .all(db)
        .await?;
    let summary = |(owner, living, last_used_at): (uuid::Uuid, i64, Option<i64>)| Summary {
        owner: OwnerId(owner),
        living,
        last_used_at: last_used_at.map(Timestamp::from_millis),
    };
    Ok(rows.into_iter().map(summary).collect())
}

/// Writes what may change about a key (all but its text, type and makers) as one new version. `Duplicate` when a living
/// key of the same owner has the name.
pub async fn update(tx: &impl ConnectionTrait, key: &Key) -> Result<Changed> {
    let name_folded = Name::parse(&key.name)
        .map(|name| name.folded())
        .unwrap_or_else(|_| key.name.to_lowercase());
    let compromise = key.compromise.as_ref();
    key::Entity::update_many()
        .set(key::ActiveModel {
            name: Set(key.name.clone()),
            name_folded: Set(name_folded),
            scopes: Set(list_text(&key.scopes)),
            allowed_addresses: Set(list_text(&key.allowed_addresses.texts())),
            state: Set(key.state.to_string()),
            expires_at: Set(key.expires_at.map(Timestamp::millis)),
            next_expiry_notice_at: Set(key.next_expiry_notice_at.map(Timestamp::millis)),
            webhook_url: Set(key.webhook_url.clone()),
            updated_at: Set(key.updated_at.millis()),
            disabled_at: Set(key.disabled_at.map(Timestamp::millis)),
            disabled_until: Set(key.disabled_until.map(Timestamp::millis)),
            revoked_at: Set(key.revoked_at.map(Timestamp::millis)),
            compromised_at: Set(compromise.map(|found| found.at.millis())),
            compromised_how: Set(compromise.map(|found| found.how.to_string())),
            compromised_address: Set(compromise.and_then(|found| found.address.clone())),
            replaced_by: Set(key.replaced_by.map(|id| id.0)),
            replaced_at: Set(key.replaced_at.map(Timestamp::millis)),
            own_expires_at: Set(key.own_expires_at.map(Timestamp::millis)),
            revealed_at: Set(key.revealed_at.map(Timestamp::millis)),
            version: Set(key.version),
            ..Default::default()
        })
        .filter(key::Column::Id.eq(key.id.0))
        .exec(tx)
        .await?;
    let digest: Option<Vec<u8>> = key::Entity::find_by_id(key.id.0)
        .select_only()
        .column(key::Column::Digest)
        .into_tuple()
        .one(tx)
        .await?;
    Changed::digest(&digest.unwrap_or_default())
}

fn list_text(texts: &[String]) -> String {
    serde_json::Value::from(texts.to_vec()).to_string()
}
