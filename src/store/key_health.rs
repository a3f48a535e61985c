//! Which keys of a workspace something may be wrong with. One pass over its keys that work; nothing is kept.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::Result;
use super::entities::{key, member};
use super::keys::{StatusFilter, with_status};
use crate::model::ids::{KeyId, ProjectId, WorkspaceId};
use crate::model::key::Key;
use crate::model::key_health::{DAYS_OF_CALLERS, Finding, IDLE, SOON, UNUSED};
use crate::model::timestamp::{DAY, Timestamp};

/// What is looked at.
#[derive(Clone, Debug)]
pub struct Asked {
    pub workspace: WorkspaceId,
    pub project: Option<ProjectId>,
    pub now: Timestamp,
    /// From how many addresses a key may be used.
    pub addresses: u32,
    /// Types whose keys are no secrets.
    pub public_types: Vec<String>,
}

/// How many keys there are of each finding.
pub async fn counts(db: &impl ConnectionTrait, asked: &Asked) -> Result<HashMap<Finding, u64>> {
    let mut query = working(asked).select_only();
    for finding in Finding::ALL {
        let found = Expr::case(condition(finding, asked), 1).finally(0);
        query = query.column_as(found.sum().cast_as("bigint"), finding.as_str());
    }
    let row = query.into_model::<Sums>().one(db).await?;
    let sums = row.map(|row| row.0).unwrap_or_default();
    Ok(Finding::ALL.into_iter().zip(sums).collect())
}

struct Sums(Vec<u64>);

impl sea_orm::FromQueryResult for Sums {
    fn from_query_result(row: &sea_orm::QueryResult, prefix: &str) -> std::result::Result<Self, sea_orm::DbErr> {
        // Of no keys there is no sum.
        let sum = |finding: Finding| row.try_get::<Option<i64>>(prefix, finding.as_str());
        let sums = Finding::ALL
            .into_iter()
            .map(|finding| Ok(sum(finding)?.unwrap_or(0).unsigned_abs()));
        sums.collect::<std::result::Result<_, sea_orm::DbErr>>().map(Self)
    }
}

/// Keys of a finding, newest first, that are older than `before`.
pub async fn list(
    db: &impl ConnectionTrait,
    asked: &Asked,
    finding: Finding,
    before: Option<KeyId>,
    limit: u64,
) -> Result<Vec<Key>> {
    let mut query = working(asked).filter(condition(finding, asked));
    if let Some(before) = before {
        query = query.filter(key::Column::Id.lt(before.0));
    }
    let rows = query.order_by_desc(key::Column::Id).limit(limit).all(db).await?;
    rows.into_iter().map(Key::try_from).collect()
}

/// From how many addresses each of these keys was used lately.
pub async fn addresses(db: &impl ConnectionTrait, keys: &[KeyId], now: Timestamp) -> Result<HashMap<KeyId, u64>> {
    let first = first_day_of_callers(now);
    let mut found = HashMap::new();
    for keys in keys.chunks(500) {
        let query = Query::select()
            .column("key_id")
            .expr(Expr::col("address").count_distinct())
            .from("usage_callers")
            .and_where(Expr::col("key_id").is_in(keys.iter().map(|id| id.0)))
            .and_where(Expr::col("day").gte(first))
            .and_where(Expr::col("address").ne(""))
            .group_by_col("key_id")
            .to_owned();
        for row in db.query_all(&query).await? {
            let (id, count): (Uuid, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            found.insert(KeyId(id), count.unsigned_abs());
        }
    }
    Ok(found)
}

/// The scopes that each of these keys has needed lately, or has not had for longer.
pub async fn needed(db: &impl ConnectionTrait, keys: &[KeyId], now: Timestamp) -> Result<HashMap<KeyId, Vec<String>>> {
    let mut found: HashMap<KeyId, Vec<String>> = HashMap::new();
    for keys in keys.chunks(500) {
        let query = Query::select()
            .columns(["key_id", "scope"])
            .from("scope_uses")
            .and_where(Expr::col("key_id").is_in(keys.iter().map(|id| id.0)))
            .and_where(Expr::col("day").gte(first_day_of_scopes(now)))
            .to_owned();
        for row in db.query_all(&query).await? {
            let (id, scope): (Uuid, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
            found.entry(KeyId(id)).or_default().push(scope);
        }
    }
    Ok(found)
}

/// Whether this key has scopes that nothing needs.
pub async fn has_unused_scopes(db: &impl ConnectionTrait, asked: &Asked, id: KeyId) -> Result<bool> {
    let query = working(asked).filter(condition(Finding::UnusedScopes, asked));
    Ok(query.filter(key::Column::Id.eq(id.0)).one(db).await?.is_some())
}

/// Keys that a request can use now, and that no other takes the place of.
fn working(asked: &Asked) -> Select<key::Entity> {
    let mut query = key::Entity::find().filter(key::Column::WorkspaceId.eq(asked.workspace.0));
    if let Some(project) = asked.project {
        query = query.filter(key::Column::OwnerId.eq(project.0));
    }
    query
        .filter(with_status(StatusFilter::Active, asked.now))
        .filter(key::Column::DeletedAt.is_null())
        .filter(key::Column::ReplacedAt.is_null())
}

fn condition(finding: Finding, asked: &Asked) -> Condition {
    let now = asked.now;
    let is_secret = || key::Column::TypeId.is_not_in(asked.public_types.iter().map(String::as_str));
    let unused = || {
        Condition::all()
            .add(key::Column::LastUsedAt.is_null())
            .add(key::Column::CreatedAt.lte(now.plus(-UNUSED).millis()))
    };
    let was_shown = || key::Column::RevealedAt.is_not_null().and(is_secret());
    match finding {
        Finding::MakerLeft => {
            let is_member = Query::select()
                .expr(Expr::val(1))
                .from(member::Entity)
                .and_where(Expr::col((member::Entity, member::Column::WorkspaceId)).eq(asked.workspace.0))
                .and_where(
                    Expr::col((member::Entity, member::Column::AccountId))
                        .equals((key::Entity, key::Column::CreatedByAccount)),
                )
                .to_owned();
            Condition::all()
                .add(is_secret())
                .add(key::Column::CreatedByAccount.is_not_null())
                .add(Expr::not_exists(is_member))
        }
        Finding::ManyAddresses => Condition::all()
            .add(is_secret())
            .add(key::Column::LastUsedAt.gte(first_day_of_callers(now) * DAY))
            .add(Expr::cust(format!(
                // No further than it takes to know.
                "(SELECT COUNT(*) FROM (SELECT DISTINCT usage_callers.address FROM usage_callers WHERE usage_callers.key_id = keys.id \
                 AND usage_callers.day >= {} AND usage_callers.address <> '' LIMIT {}) AS different) > {}",
                first_day_of_callers(now),
                asked.addresses.saturating_add(1),
                asked.addresses
            ))),
        Finding::ShownNeverUsed => unused().add(was_shown()),
        Finding::NeverUsed => unused().add(was_shown().not()),
        Finding::Idle => Condition::all().add(key::Column::LastUsedAt.lte(now.plus(-IDLE).millis())),
        Finding::UnusedScopes => unused_scopes(now),
        Finding::EndsSoon => Condition::all().add(key::Column::ExpiresAt.lte(now.plus(SOON).millis())),
        Finding::NeverEnds => Condition::all().add(is_secret()).add(key::Column::ExpiresAt.is_null()),
    }
}

/// Scopes are kept as a list in JSON: half as many quotation marks as there are, and a name with its own is one of them.
fn unused_scopes(now: Timestamp) -> Condition {
    let since = now.plus(-IDLE).millis();
    Condition::all()
        .add(key::Column::Scopes.ne("[]"))
        .add(key::Column::CreatedAt.lte(since))
        // What lies idle altogether is told as that.
        .add(key::Column::LastUsedAt.gt(since))
        .add(Expr::cust(format!(
            "(SELECT MAX(began_at) FROM scope_counting) <= {since} \
             AND (SELECT COUNT(*) FROM scope_uses WHERE scope_uses.key_id = keys.id AND scope_uses.day >= {} \
             AND REPLACE(keys.scopes, '\"' || scope_uses.scope || '\"', '') <> keys.scopes) \
             < (LENGTH(keys.scopes) - LENGTH(REPLACE(keys.scopes, '\"', ''))) / 2",
            first_day_of_scopes(now)
        )))
}

fn first_day_of_callers(now: Timestamp) -> i64 {
    now.millis().div_euclid(DAY) + 1 - DAYS_OF_CALLERS
}

fn first_day_of_scopes(now: Timestamp) -> i64 {
    now.plus(-IDLE).millis().div_euclid(DAY)
}
