//! Counting the rows of lists, as far as that stays cheap.

use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QuerySelect, Select,
};
use uuid::Uuid;

use super::Result;
use crate::model::counted::{Counted, MOST_COUNTED};

/// How many rows there are; nothing when more than [`MOST_COUNTED`].
pub(super) async fn up_to_most<E, M>(db: &impl ConnectionTrait, rows: Select<E>) -> Result<Option<u64>>
where
    E: EntityTrait<Model = M>,
    M: FromQueryResult + Send + Sync,
{
    let count = rows.limit(MOST_COUNTED + 1).count(db).await?;
    Ok((count <= MOST_COUNTED).then_some(count))
}

/// Where the page of rows older than a cursor stands. `rows` are all of the list; they are in the order of their ids.
pub(super) async fn place<E, M>(
    db: &impl ConnectionTrait,
    rows: Select<E>,
    id: E::Column,
    before: Option<Uuid>,
) -> Result<Counted>
where
    E: EntityTrait<Model = M>,
    M: FromQueryResult + Send + Sync,
{
    // Nothing else of a row is read.
    let rows = rows.select_only().column(id);
    let passed = match before {
        Some(before) => up_to_most(db, rows.clone().filter(id.gte(before))).await?,
        None => Some(0),
    };
    let total = up_to_most(db, rows).await?;
    Ok(Counted { passed, total })
}
