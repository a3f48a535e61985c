//! Suspending a project: all its keys are refused, from the next request on, until it is resumed. Those of other projects of the
//! workspace are not.

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::domain::verify::changes;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::timestamp::Timestamp;
use crate::model::workspace::{Project, Workspace};
use crate::store;

/// Suspends or resumes. One that is so already stays as it is, since when it was.
pub(in crate::domain) async fn set_suspended(
    app: &App,
    (workspace, project): (&Workspace, &Project),
    since: Option<Timestamp>,
    by: &By,
    details: &str,
) -> Result<()> {
    let tx = app.db.begin().await?;
    store::workspaces::lock(&tx, workspace.id).await?;
    let found = store::projects::find(&tx, workspace.id, project.id).await?;
    let now = found.ok_or(AppError::NotFound)?;
    if now.suspended_at.is_some() == since.is_some() {
        return Ok(());
    }
    let changed = store::projects::set_suspended(&tx, workspace.id, project.id, since).await?;
    let subject = Subject {
        project_id: Some(project.id),
        name: now.name,
        details: details.to_owned(),
        ..Subject::default()
    };
    let action = match since {
        Some(_) => Action::ProjectSuspended,
        None => Action::ProjectResumed,
    };
    audit::record(&tx, app, workspace.id, by, action, subject).await?;
    changes::commit(app, tx, &changed).await
}
