//! Workspaces as the support desk looks for them: by what a customer says they are called. What is typed is compared, never a pattern:
//! no sign in it means anything.

use sea_orm::sea_query::{Condition, Expr, LikeExpr, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::model::workspace::Workspace;
use crate::store::Result;
use crate::store::entities::workspace;

/// Those with exactly this name, however it is written, or this short name: oldest first. `folded` is a name as
/// [`crate::model::name::folded`] makes it.
pub async fn find_called(
    db: &impl ConnectionTrait,
    folded: &str,
    slug: Option<&str>,
    limit: u64,
) -> Result<Vec<Workspace>> {
    let mut called = Condition::any().add(workspace::Column::NameFolded.eq(folded));
    if let Some(slug) = slug {
        called = called.add(workspace::Column::Slug.eq(slug));
    }
    let rows = workspace::Entity::find()
        .filter(called)
        .order_by_asc(workspace::Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Workspace::from).collect())
}

/// Those whose name or short name begins like this and goes on, in the order of their names.
pub async fn find_beginning(
    db: &impl ConnectionTrait,
    folded: &str,
    slug: Option<&str>,
    limit: u64,
) -> Result<Vec<Workspace>> {
    // A question for each, so that either is a range of an index.
    let named = range(workspace::Column::NameFolded, folded);
    let mut found = those(db, named, limit).await?;
    if let Some(slug) = slug {
        found.extend(those(db, slugs(db.get_database_backend(), slug), limit).await?);
    }
    let exactly = |row: &workspace::Model| row.name_folded == folded || Some(row.slug.as_str()) == slug;
    found.retain(|row| !exactly(row));
    found.sort_by(|one, other| (&one.name_folded, one.id).cmp(&(&other.name_folded, other.id)));
    found.dedup_by_key(|row| row.id);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(found.into_iter().map(Workspace::from).collect())
}

async fn those(db: &impl ConnectionTrait, which: SimpleExpr, limit: u64) -> Result<Vec<workspace::Model>> {
    let rows = workspace::Entity::find()
        .filter(which)
        .order_by_asc(workspace::Column::NameFolded)
        .order_by_asc(workspace::Column::Id)
        .limit(limit);
    Ok(rows.all(db).await?)
}

/// What begins so, in the order of bytes. No text has a character after the last there is.
fn range(column: workspace::Column, beginning: &str) -> SimpleExpr {
    let end = format!("{beginning}{}", char::MAX);
    column.gte(beginning).and(column.lt(end))
}

/// Short names are compared in the order of words where PostgreSQL is, which is none of bytes.
fn slugs(backend: DbBackend, beginning: &str) -> SimpleExpr {
    match backend {
        // There is no sign in a slug that means anything here.
        DbBackend::Postgres => Expr::col(workspace::Column::Slug).like(LikeExpr::new(format!("{beginning}%"))),
        _ => range(workspace::Column::Slug, beginning),
    }
}
