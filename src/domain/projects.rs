//! Projects: the parts of a workspace.

mod create;
mod rename;

pub use create::create;
pub use rename::rename;

use crate::domain::App;
use crate::domain::access::Standing;
use crate::error::{AppError, Result};
use crate::model::slug::Slug;
use crate::model::workspace::Project;
use crate::store;

/// A workspace's projects, oldest first; every member sees them.
pub async fn list(app: &App, standing: &Standing) -> Result<Vec<Project>> {
    Ok(store::projects::list(app.db.reader(), standing.workspace.id).await?)
}

/// One of them.
pub async fn find(app: &App, standing: &Standing, slug: &str) -> Result<Project> {
    let slug = Slug::parse(slug).ok_or(AppError::NotFound)?;
    let found = store::projects::find_by_slug(app.db.reader(), standing.workspace.id, slug.as_str()).await?;
    found.ok_or(AppError::NotFound)
}
