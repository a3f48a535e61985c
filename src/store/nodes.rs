//! The processes that verify from memory, and how far each has listened.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, Set};
use uuid::Uuid;

use super::Result;
use super::entities::node;

/// The database's own clock, in milliseconds: what nodes with different clocks have in common.
fn database_clock(backend: DbBackend) -> Expr {
    match backend {
        DbBackend::Postgres => Expr::cust("CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"),
        _ => Expr::cust("CAST(unixepoch('subsec') * 1000 AS INTEGER)"),
    }
}

/// A node joins, having heard of everything up to a change.
pub async fn join(db: &impl ConnectionTrait, id: Uuid, heard: i64) -> Result<()> {
    let row = node::ActiveModel {
        id: Set(id),
        heard: Set(heard),
        listened_at: Set(0),
    };
    node::Entity::insert(row).exec_without_returning(db).await?;
    announce(db, id).await
}

/// A node is about to listen: from here on, whoever changes something waits for it.
pub async fn announce(db: &impl ConnectionTrait, id: Uuid) -> Result<()> {
    node::Entity::update_many()
        .col_expr(node::Column::ListenedAt, database_clock(db.get_database_backend()))
        .filter(node::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
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

/// A node leaves.
pub async fn leave(db: &impl ConnectionTrait, id: Uuid) -> Result<()> {
    node::Entity::delete_by_id(id).exec(db).await?;
    Ok(())
}

/// Removes the nodes of processes that were killed: on SQLite all but `me`, which alone may serve; on PostgreSQL those that
/// have been silent for an hour.
pub async fn bury(db: &impl ConnectionTrait, me: Uuid) -> Result<()> {
    let mut query = node::Entity::delete_many().filter(node::Column::Id.ne(me));
    if db.get_database_backend() == DbBackend::Postgres {
        let earliest = database_clock(DbBackend::Postgres).sub(Expr::val(3_600_000_i64));
        query = query.filter(Expr::col(node::Column::ListenedAt).lt(earliest));
    }
    query.exec(db).await?;
    Ok(())
}
