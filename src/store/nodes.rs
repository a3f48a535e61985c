//! The processes that verify from memory, and how far each has listened.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect, Set,
};
use uuid::Uuid;

use super::Result;
use super::entities::node;
use crate::model::timestamp::HOUR;

/// The database's own clock, in milliseconds: what nodes with different clocks have in common.
fn database_clock(backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Postgres => Expr::cust("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"),
        _ => Expr::cust("CAST(unixepoch('subsec') * 1000 AS INTEGER)"),
    }
}

/// By PostgreSQL's clock. Who has been silent for longer is taken for dead.
fn an_hour_ago() -> Expr {
    database_clock(DbBackend::Postgres).sub(Expr::val(HOUR))
}

/// A node joins, having heard of everything up to a change.
pub async fn join(db: &impl ConnectionTrait, id: Uuid, heard: i64) -> Result<()> {
    let row = node::ActiveModel {
        id: Set(id),
        heard: Set(heard),
        listened_at: Set(0),
    };
    node::Entity::insert(row).exec_without_returning(db).await?;
    announce(db, id).await?;
    Ok(())
}

/// A node is about to listen: from here on, whoever changes something waits for it. Whether it is known; one that is not has been
/// buried, and nobody waits for it.
pub async fn announce(db: &impl ConnectionTrait, id: Uuid) -> Result<bool> {
    let done = node::Entity::update_many()
        .col_expr(node::Column::ListenedAt, database_clock(db.get_database_backend()))
        .filter(node::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// A node has heard of everything up to a change.
pub async fn heard(db: &impl ConnectionTrait, id: Uuid, number: i64) -> Result<()> {
    node::Entity::update_many()
        .set(node::ActiveModel {
            heard: Set(number),
            ..Default::default()
        })
        .filter(node::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// How many nodes but `me` have not heard of a change and may still believe their memory: those that listened within
/// `lasts`. On SQLite nodes do not say each time that they listen; every one that has not left may.
pub async fn unaware(db: &impl ConnectionTrait, me: Uuid, number: i64, lasts: Duration) -> Result<u64> {
    let mut query = node::Entity::find()
        .filter(node::Column::Id.ne(me))
        .filter(node::Column::Heard.lt(number));
    if db.get_database_backend() == DbBackend::Postgres {
        let lasts = i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX);
        let earliest = database_clock(DbBackend::Postgres).sub(Expr::val(lasts));
        query = query.filter(Expr::col(node::Column::ListenedAt).gt(earliest));
    }
    Ok(query.count(db).await?)
}

/// Up to which change every node has heard that may still listen; nothing, when there is none.
pub async fn all_heard(db: &impl ConnectionTrait) -> Result<Option<i64>> {
    let mut query = node::Entity::find()
        .select_only()
        .column_as(node::Column::Heard.min(), "heard");
    if db.get_database_backend() == DbBackend::Postgres {
        query = query.filter(Expr::col(node::Column::ListenedAt).gte(an_hour_ago()));
    }
    let least: Option<Option<i64>> = query.into_tuple().one(db).await?;
    Ok(least.flatten())
}

/// A node leaves.
pub async fn leave(db: &impl ConnectionTrait, id: Uuid) -> Result<()> {
    node::Entity::delete_by_id(id).exec(db).await?;
    Ok(())
}

/// Removes the nodes of processes that were killed: on SQLite all but `me`, which alone may serve; on PostgreSQL those that
/// have been silent for an hour. (One that lives after all finds out when it announces itself.)
pub async fn bury(db: &impl ConnectionTrait, me: Uuid) -> Result<()> {
    let mut query = node::Entity::delete_many().filter(node::Column::Id.ne(me));
    if db.get_database_backend() == DbBackend::Postgres {
        query = query.filter(Expr::col(node::Column::ListenedAt).lt(an_hour_ago()));
    }
    query.exec(db).await?;
    Ok(())
}
