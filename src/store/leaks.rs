//! Reports of leaked keys, and what their owners want done.

use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, Set, TryInsertResult};

use super::Result;
use super::entities::{leak_report, leak_rule};
use super::rows::word;
use crate::model::ids::{KeyId, OwnerId, WorkspaceId};
use crate::model::leak::{LeakAction, Reporter};
use crate::model::timestamp::Timestamp;

/// A report, as it is kept.
#[derive(Clone, Debug)]
pub struct NewReport<'a> {
    pub key: KeyId,
    pub reporter: Reporter,
    pub place_digest: [u8; 32],
    pub place: Option<&'a str>,
    pub action: LeakAction,
    pub at: Timestamp,
}

/// Keeps a report. Whether it is new: the same one twice is one.
pub async fn note(tx: &impl ConnectionTrait, new: &NewReport<'_>) -> Result<bool> {
    let row = leak_report::ActiveModel {
        key_id: Set(new.key.0),
        source: Set(new.reporter.as_str().to_owned()),
        place_digest: Set(new.place_digest.to_vec()),
        place: Set(new.place.map(ToOwned::to_owned)),
        action: Set(new.action.to_string()),
        reported_at: Set(new.at.millis()),
    };
    let inserted = leak_report::Entity::insert(row)
        .on_conflict_do_nothing_on([
            leak_report::Column::KeyId,
            leak_report::Column::Source,
            leak_report::Column::PlaceDigest,
        ])
        .exec_without_returning(tx)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(rows) if rows > 0))
}

/// How many reports of a key one kind of reporter has made since then. A report that names many places is one.
pub async fn count(tx: &impl ConnectionTrait, key: KeyId, reporter: Reporter, since: Timestamp) -> Result<u64> {
    let query = Query::select()
        .expr(Expr::col(leak_report::Column::ReportedAt).count_distinct())
        .from(leak_report::Entity)
        .and_where(leak_report::Column::KeyId.eq(key.0))
        .and_where(leak_report::Column::Source.eq(reporter.as_str()))
        .and_where(leak_report::Column::ReportedAt.gt(since.millis()))
        .to_owned();
    let count: i64 = match tx.query_one(&query).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    Ok(count.unsigned_abs())
}

/// What an owner of keys wants done, if they have said.
pub async fn rule(db: &impl ConnectionTrait, owner: OwnerId) -> Result<Option<LeakAction>> {
    let found = leak_rule::Entity::find_by_id(owner.0).one(db).await?;
    found.map(|row| word(&row.action)).transpose()
}

/// Keeps what an owner of keys wants done; nothing: what the profile says.
pub async fn set_rule(
    tx: &impl ConnectionTrait,
    workspace: WorkspaceId,
    owner: OwnerId,
    action: Option<LeakAction>,
) -> Result<()> {
    let Some(action) = action else {
        leak_rule::Entity::delete_many()
            .filter(leak_rule::Column::OwnerId.eq(owner.0))
            .exec(tx)
            .await?;
        return Ok(());
    };
    let row = leak_rule::ActiveModel {
        owner_id: Set(owner.0),
        workspace_id: Set(workspace.0),
        action: Set(action.to_string()),
    };
    leak_rule::Entity::insert(row)
        .on_conflict(
            OnConflict::column(leak_rule::Column::OwnerId)
                .update_column(leak_rule::Column::Action)
                .to_owned(),
        )
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
