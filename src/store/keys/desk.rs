//! Keys as the support desk looks for them: by the display prefix alone, whoever's they are.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::model::key::Key;
use crate::model::spoken::normal_form;
use crate::store::entities::key;
use crate::store::{Result, counting};

/// Keys with exactly this display prefix, newest first, for the support desk.
pub async fn find_by_display_prefix(db: &impl ConnectionTrait, prefix: &str, limit: u64) -> Result<Vec<Key>> {
    if prefix.contains('\0') {
        return Ok(Vec::new());
    }
    let rows = key::Entity::find()
        .filter(key::Column::DisplayPrefix.eq(prefix))
        .order_by_desc(key::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Key::try_from).collect()
}

/// How many keys have exactly this display prefix.
pub async fn count_by_display_prefix(db: &impl ConnectionTrait, prefix: &str) -> Result<Option<u64>> {
    if prefix.contains('\0') {
        return Ok(Some(0));
    }
    let keys = key::Entity::find().filter(key::Column::DisplayPrefix.eq(prefix));
    counting::up_to_most(db, keys.select_only().column(key::Column::Id)).await
}

/// Keys whose display prefix sounds as if it began with one of these, but is not exactly `prefix`: those that sound like the whole of it
/// first, then in the order of their prefixes. At most `limit`.
pub async fn find_near(
    db: &impl ConnectionTrait,
    prefix: &str,
    beginnings: &[String],
    limit: usize,
) -> Result<Vec<Key>> {
    let mut found: Vec<Key> = Vec::new();
    // A question for each: that is one range of the index, in its order.
    for beginning in beginnings {
        let rows = near(prefix, beginning)
            .order_by_asc(key::Column::Spoken)
            .order_by_desc(key::Column::Id)
            .limit(limit as u64)
            .all(db)
            .await?;
        for row in rows {
            found.push(Key::try_from(row)?);
        }
    }
    found.sort_by_key(|key| !beginnings.contains(&normal_form(&key.display_prefix)));
    found.truncate(limit);
    Ok(found)
}

/// How many keys are near.
pub async fn count_near(db: &impl ConnectionTrait, prefix: &str, beginnings: &[String]) -> Result<Option<u64>> {
    let mut all = 0;
    for beginning in beginnings {
        let rows = near(prefix, beginning).select_only().column(key::Column::Id);
        match counting::up_to_most(db, rows).await? {
            Some(count) => all += count,
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

/// `beginning` is of a normal form: nothing in one comes after `~`.
fn near(prefix: &str, beginning: &str) -> Select<key::Entity> {
    key::Entity::find()
        .filter(key::Column::Spoken.gte(beginning))
        .filter(key::Column::Spoken.lt(format!("{beginning}~")))
        .filter(key::Column::DisplayPrefix.ne(prefix))
}
