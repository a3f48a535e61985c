//! Usage: verdicts by key, hour and outcome, and when a key was last used. Written in batches.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect, Set};

use super::Result;
use super::entities::{key, usage_hour};
use crate::model::ids::KeyId;
use crate::model::key::LastUse;

/// Verdicts of one key in one hour with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub key: KeyId,
    pub hour: i64,
    pub outcome: String,
    pub count: i64,
}

/// Adds to the counts.
pub async fn add(tx: &impl ConnectionTrait, counts: Vec<Count>) -> Result<()> {
    // Four columns a row: far below what either database binds in one statement.
    for batch in counts.chunks(500) {
        let rows = batch.iter().map(|count| usage_hour::ActiveModel {
            key_id: Set(count.key.0),
            hour: Set(count.hour),
            outcome: Set(count.outcome.clone()),
            count: Set(count.count),
        });
        let sum = Expr::col((usage_hour::Entity, usage_hour::Column::Count)).add(Expr::cust("excluded.count"));
        let add_up = OnConflict::columns([
            usage_hour::Column::KeyId,
            usage_hour::Column::Hour,
            usage_hour::Column::Outcome,
        ])
        .value(usage_hour::Column::Count, sum)
        .to_owned();
        usage_hour::Entity::insert_many(rows)
            .on_conflict(add_up)
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}

/// Notes a key's last use, unless a later one is known.
pub async fn set_last_use(tx: &impl ConnectionTrait, id: KeyId, last: &LastUse) -> Result<()> {
    key::Entity::update_many()
        .set(key::ActiveModel {
            last_used_at: Set(Some(last.at.millis())),
            last_used_address: Set(Some(last.address.clone())),
            last_used_agent: Set(Some(last.user_agent.clone())),
            ..Default::default()
        })
        .filter(key::Column::Id.eq(id.0))
        .filter(
            key::Column::LastUsedAt
                .is_null()
                .or(key::Column::LastUsedAt.lt(last.at.millis())),
        )
        .exec(tx)
        .await?;
    Ok(())
}

/// Counts of the keys since an hour, summed over the hours; in no order.
pub async fn sums_since(db: &impl ConnectionTrait, keys: &[KeyId], hour: i64) -> Result<Vec<Count>> {
    let sums: Vec<(uuid::Uuid, String, i64)> = usage_hour::Entity::find()
        .select_only()
        .column(usage_hour::Column::KeyId)
        .column(usage_hour::Column::Outcome)
        .column_as(Expr::col(usage_hour::Column::Count).sum().cast_as("bigint"), "sum")
        .filter(usage_hour::Column::KeyId.is_in(keys.iter().map(|key| key.0)))
        .filter(usage_hour::Column::Hour.gte(hour))
        .group_by(usage_hour::Column::KeyId)
        .group_by(usage_hour::Column::Outcome)
        .into_tuple()
        .all(db)
        .await?;
    Ok(sums
        .into_iter()
        .map(|(key, outcome, count)| Count {
            key: KeyId(key),
            hour,
            outcome,
            count,
        })
        .collect())
}

/// The hours of one key since an hour, oldest first.
pub async fn hours_since(db: &impl ConnectionTrait, id: KeyId, hour: i64) -> Result<Vec<Count>> {
    use sea_orm::QueryOrder;
    let rows = usage_hour::Entity::find()
        .filter(usage_hour::Column::KeyId.eq(id.0))
        .filter(usage_hour::Column::Hour.gte(hour))
        .order_by_asc(usage_hour::Column::Hour)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Count {
            key: KeyId(row.key_id),
            hour: row.hour,
            outcome: row.outcome,
            count: row.count,
        })
        .collect())
}

/// Counts of the keys with one outcome, summed over each day since one (in days since 1970); in no order.
pub async fn days_since(
    db: &impl ConnectionTrait,
    keys: &[KeyId],
    outcome: &str,
    day: i64,
) -> Result<Vec<(KeyId, i64, i64)>> {
    // Written out, not bound: PostgreSQL takes two bound 24s for two different groupings.
    let by_day = || Expr::cust("\"hour\" / 24");
    let sums: Vec<(uuid::Uuid, i64, i64)> = usage_hour::Entity::find()
        .select_only()
        .column(usage_hour::Column::KeyId)
        .column_as(by_day(), "day")
        .column_as(Expr::col(usage_hour::Column::Count).sum().cast_as("bigint"), "sum")
        .filter(usage_hour::Column::KeyId.is_in(keys.iter().map(|key| key.0)))
        .filter(usage_hour::Column::Hour.gte(day * 24))
        .filter(usage_hour::Column::Outcome.eq(outcome))
        .group_by(usage_hour::Column::KeyId)
        .group_by(by_day())
        .into_tuple()
        .all(db)
        .await?;
    Ok(sums
        .into_iter()
        .map(|(key, day, count)| (KeyId(key), day, count))
        .collect())
}
