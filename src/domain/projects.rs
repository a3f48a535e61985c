//! Projects: the parts of a workspace.

mod create;
mod rename;
mod suspend;

pub use create::create;
pub(in crate::domain) use create::create_first;
pub use rename::{rename, seen};
pub(in crate::domain) use suspend::set_suspended;

use std::collections::HashMap;

use crate::domain::App;
use crate::domain::access::Standing;
use crate::error::{AppError, Result};
use crate::model::ids::{OwnerId, ProjectId};
use crate::model::name::Name;
use crate::model::slug::Slug;
use crate::model::workspace::Project;
use crate::store;
use crate::store::keys::Summary;

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

/// What an overview says of the keys of each project, or of the workspace's own; every member sees it.
pub async fn key_summaries(app: &App, standing: &Standing) -> Result<HashMap<OwnerId, Summary>> {
    let summaries = store::keys::summaries(app.db.reader(), standing.workspace.id).await?;
    Ok(summaries.into_iter().map(|summary| (summary.owner, summary)).collect())
}

/// Refuses a name that another project than `own` has, in whatever case.
fn refuse_taken_name(projects: &[Project], own: Option<ProjectId>, name: &Name) -> Result<()> {
    let taken = |project: &&Project| {
        Some(project.id) != own && Name::parse(&project.name).is_ok_and(|other| other.folded() == name.folded())
    };
    match projects.iter().find(taken) {
        None => Ok(()),
        Some(_) => Err(AppError::invalid(
            "name",
            "Another project has this name. Choose a different one.",
        )),
    }
}
