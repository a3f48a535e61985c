//! Suspending a workspace: all its keys are refused, from the next request on, until it is resumed.

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::domain::verify::changes;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::timestamp::Timestamp;
use crate::model::workspace::Workspace;
use crate::store;

/// Suspends: the operator does.
pub async fn suspend(app: &App, workspace: &Workspace) -> Result<()> {
    set_suspended(app, workspace, Some(app.now()), &By::operator(), "").await
}

/// Resumes: the operator does.
pub async fn resume(app: &App, workspace: &Workspace) -> Result<()> {
    set_suspended(app, workspace, None, &By::operator(), "").await
}

/// Suspends or resumes. One that is so already stays as it is, since when it was.
pub(in crate::domain) async fn set_suspended(
    app: &App,
    workspace: &Workspace,
    since: Option<Timestamp>,
    by: &By,
    details: &str,
) -> Result<()> {
    let tx = app.db.begin().await?;
    let locked = store::workspaces::lock(&tx, workspace.id).await?;
    let now = locked.ok_or(AppError::NotFound)?;
    if now.suspended_at.is_some() == since.is_some() {
        return Ok(());
    }
    let changed = store::workspaces::set_suspended(&tx, workspace.id, since).await?;
    let subject = Subject {
        name: now.name,
        details: details.to_owned(),
        ..Subject::default()
    };
    let action = match since {
        Some(_) => Action::WorkspaceSuspended,
        None => Action::WorkspaceResumed,
    };
    audit::record(&tx, app, workspace.id, by, action, subject).await?;
    changes::commit(app, tx, &changed).await
}
