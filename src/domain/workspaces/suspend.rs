//! Suspending a workspace: all its keys are refused, from the next request on, until it is resumed.

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::domain::verify::changes;
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::timestamp::Timestamp;
use crate::model::workspace::Workspace;
use crate::store;

/// Suspends; only the operator does.
pub async fn suspend(app: &App, workspace: &Workspace) -> Result<()> {
    set(app, workspace, Some(app.now()), Action::WorkspaceSuspended).await
}

/// Resumes; only the operator does.
pub async fn resume(app: &App, workspace: &Workspace) -> Result<()> {
    set(app, workspace, None, Action::WorkspaceResumed).await
}

async fn set(app: &App, workspace: &Workspace, since: Option<Timestamp>, action: Action) -> Result<()> {
    let tx = app.db.begin().await?;
    let changed = store::workspaces::set_suspended(&tx, workspace.id, since).await?;
    let subject = Subject {
        name: workspace.name.clone(),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace.id, &By::operator(), action, subject).await?;
    changes::commit(app, tx, &changed).await
}
