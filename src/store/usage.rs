//! Usage: verdicts by key, hour and outcome, and when a key was last used. Written in batches.

mod batch;
mod sums;

use std::borrow::Cow;

pub use batch::{add, set_last_uses};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
pub use sums::{KeySum, Subject, Sum, Which, by, top_keys};
use uuid::Uuid;

use super::Result;
use super::entities::usage_hour;
use crate::model::ids::KeyId;

/// Verdicts of one key in one hour with one outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub key: KeyId,
    pub hour: i64,
    pub outcome: Cow<'static, str>,
    pub count: i64,
}

/// Counts of the keys since an hour, summed over the hours; in no order.
pub async fn sums_since(db: &impl ConnectionTrait, keys: &[KeyId], hour: i64) -> Result<Vec<Count>> {
    let sums: Vec<(Uuid, String, i64)> = usage_hour::Entity::find()
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
            outcome: outcome.into(),
            count,
        })
        .collect())
}

/// The hours of one key since an hour, oldest first.
pub async fn hours_since(db: &impl ConnectionTrait, id: KeyId, hour: i64) -> Result<Vec<Count>> {
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
            outcome: row.outcome.into(),
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
    let sums: Vec<(Uuid, i64, i64)> = usage_hour::Entity::find()
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
