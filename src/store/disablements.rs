//! Keys whose disablement is over, and has still to be written down as such.

use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    SelectExt, Value,
};

use super::Result;
use super::entities::key;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};
use crate::model::timestamp::Timestamp;

/// Whether any is.
pub async fn is_any_over(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    Ok(over(now).exists(db).await?)
}

/// Some of them. They stay as they are until this transaction ends; another node that asks for the same waits, and then finds them
/// written down.
pub async fn all_over(tx: &impl ConnectionTrait, now: Timestamp, limit: u64) -> Result<Vec<Key>> {
    let mut query = over(now).limit(limit);
    if tx.get_database_backend() == DbBackend::Postgres {
        // The order in which everybody locks keys. (SQLite would go through all there are to have it, and needs no order.)
        query = query.order_by_asc(key::Column::Id).lock(LockType::NoKeyUpdate);
    }
    let rows = query.all(tx).await?.into_iter();
    rows.map(Key::try_from).collect()
}

fn over(now: Timestamp) -> Select<key::Entity> {
    key::Entity::find()
        .filter(key::Column::DisabledUntil.lte(now.millis()))
        .filter(key::Column::State.eq(KeyState::Disabled.as_str()))
}

/// Writes down that a key works again. Verification has known the moment all along, and answers as before: nobody has to hear of it.
pub async fn end(tx: &impl ConnectionTrait, id: KeyId, now: Timestamp) -> Result<()> {
    key::Entity::update_many()
        .col_expr(key::Column::State, Expr::value(KeyState::Active.as_str()))
        .col_expr(key::Column::DisabledAt, Expr::value(Value::BigInt(None)))
        .col_expr(key::Column::DisabledUntil, Expr::value(Value::BigInt(None)))
        .col_expr(key::Column::UpdatedAt, Expr::value(now.millis()))
        .col_expr(key::Column::Version, Expr::col(key::Column::Version).add(1))
        .filter(key::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}
