//! What changed about keys and workspaces, in the order of the commits: how processes that verify from memory hear of what
//! others did.

use std::time::Duration;

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};

use super::db::{Db, Location};
use super::entities::change;
use super::{Error, Result, nodes, rows};
use crate::model::ids::WorkspaceId;
use crate::model::timestamp::Timestamp;

/// The number that writers on PostgreSQL queue behind: the letters "kh change".
const QUEUE: i64 = 0x6b68_6368_616e_6765;

/// Where PostgreSQL rings.
const CHANNEL: &str = "keyhatch_changes";

/// What verification has to read again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The key, or the service token, with this digest.
    Digest(Box<[u8; 32]>),
    /// All keys of a workspace.
    Workspace(WorkspaceId),
}

/// What a transaction has changed. It is owed to `domain::verify::changes::commit`, which ends the transaction so that nobody
/// is answered before verification has heard.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "verification has to hear of it: end the transaction with domain::verify::changes::commit"]
pub struct Changed(Subject);

impl Changed {
    pub(super) fn digest(digest: &[u8]) -> Result<Self> {
        Ok(Self(Subject::Digest(Box::new(rows::digest(digest)?))))
    }

    pub(super) fn workspace(id: WorkspaceId) -> Self {
        Self(Subject::Workspace(id))
    }

    /// What it is about.
    pub fn subject(&self) -> &Subject {
        &self.0
    }
}

/// Writes down what changed, as the last thing before the commit; returns its number.
pub async fn note(tx: &impl ConnectionTrait, changed: &Changed, now: Timestamp) -> Result<i64> {
    if tx.get_database_backend() == DbBackend::Postgres {
        // Until the commit, so that numbers are seen in their order: nobody who has read 7 finds a 6 later.
        tx.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({QUEUE})"))
            .await?;
        tx.execute_unprepared(&format!("NOTIFY {CHANNEL}")).await?;
    }
    let (digest, workspace_id) = match changed.subject() {
        Subject::Digest(digest) => (Some(digest.to_vec()), None),
        Subject::Workspace(id) => (None, Some(id.0)),
    };
    let row = change::ActiveModel {
        digest: Set(digest),
        workspace_id: Set(workspace_id),
        changed_at: Set(now.millis()),
        ..Default::default()
    };
    Ok(change::Entity::insert(row).exec(tx).await?.last_insert_id)
}

/// The number of the last change.
pub async fn last(db: &impl ConnectionTrait) -> Result<i64> {
    let last: Option<Option<i64>> = change::Entity::find()
        .select_only()
        .column_as(change::Column::Number.max(), "last")
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.flatten().unwrap_or_default())
}

/// The changes after a number, in their order.
pub async fn since(db: &impl ConnectionTrait, number: i64) -> Result<Vec<(i64, Subject)>> {
    let rows = change::Entity::find()
        .filter(change::Column::Number.gt(number))
        .order_by_asc(change::Column::Number)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| {
            let changed = match (row.digest, row.workspace_id) {
                (Some(digest), _) => Changed::digest(&digest)?,
                (None, Some(id)) => Changed::workspace(WorkspaceId(id)),
                (None, None) => return Err(Error::Corrupt("a change of nothing".to_owned())),
            };
            Ok((row.number, changed.0))
        })
        .collect()
}

/// Whether the first change there is was made before.
pub async fn is_any_before(db: &impl ConnectionTrait, before: Timestamp) -> Result<bool> {
    let first = change::Entity::find()
        .order_by_asc(change::Column::Number)
        .limit(1)
        .one(db);
    Ok(first.await?.is_some_and(|first| first.changed_at < before.millis()))
}

/// Removes what was changed before, and everybody has heard of who is alive. (Clocks of processes may differ: the time alone would
/// not say so.) It goes through changes in their order as far as the first that stays, so that those since cost nothing.
pub async fn delete_before(tx: &impl ConnectionTrait, before: Timestamp) -> Result<()> {
    let heard = nodes::all_heard(tx).await?.unwrap_or(i64::MAX);
    let stays: Option<i64> = change::Entity::find()
        .select_only()
        .column(change::Column::Number)
        .filter(change::Column::ChangedAt.gte(before.millis()))
        .order_by_asc(change::Column::Number)
        .limit(1)
        .into_tuple()
        .one(tx)
        .await?;
    change::Entity::delete_many()
        .filter(change::Column::Number.lte(heard))
        .filter(change::Column::Number.lt(stays.unwrap_or(i64::MAX)))
        .exec(tx)
        .await?;
    Ok(())
}

/// What rings when something has changed. PostgreSQL rings by itself; a SQLite file has to be looked at now and then.
pub enum Bell {
    Rings(Box<PgListener>),
    Look(Duration),
}

impl Bell {
    /// Begins to listen.
    pub async fn of(db: &Db) -> Result<Self> {
        match db.location() {
            Location::File(_) => Ok(Self::Look(Duration::from_millis(100))),
            Location::Postgres(url) => {
                let mut listener = super::db::listener(url).await?;
                listener.listen(CHANNEL).await.map_err(super::db::connection_error)?;
                Ok(Self::Rings(Box::new(listener)))
            }
        }
    }

    /// Waits until it rings, or until it is time to look anyway.
    pub async fn wait(&mut self) -> Result<()> {
        match self {
            Self::Look(every) => tokio::time::sleep(*every).await,
            Self::Rings(listener) => {
                let rung = tokio::time::timeout(Duration::from_millis(500), listener.recv()).await;
                if let Ok(Err(error)) = rung {
                    return Err(super::db::connection_error(error));
                }
            }
        }
        Ok(())
    }
}
