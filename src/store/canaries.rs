//! What is sealed under the master key so that a wrong one is found out at start.

use sea_orm::{ConnectionTrait, EntityTrait, Set, TryInsertResult};

use super::Result;
use super::entities::canary;

pub async fn find(db: &impl ConnectionTrait, name: &str) -> Result<Option<Vec<u8>>> {
    let found = canary::Entity::find_by_id(name.to_owned()).one(db).await?;
    Ok(found.map(|row| row.sealed))
}

/// False when there is one already.
pub async fn insert(db: &impl ConnectionTrait, name: &str, sealed: Vec<u8>) -> Result<bool> {
    let row = canary::ActiveModel {
        name: Set(name.to_owned()),
        sealed: Set(sealed),
    };
    let inserted = canary::Entity::insert(row)
        .on_conflict_do_nothing_on([canary::Column::Name])
        .exec_without_returning(db)
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(_)))
}
