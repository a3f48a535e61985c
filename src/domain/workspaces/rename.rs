//! Renaming a workspace. Its slug stays, so that nobody's links break.

use crate::domain::App;
use crate::domain::access::ManageWorkspace;
use crate::domain::audit::{self, Subject};
use crate::domain::seen as shown;
use crate::domain::verify::changes;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::name::Name;
use crate::model::workspace::Workspace;
use crate::store;

/// What the form of a workspace shows ([`shown::mark`]).
pub fn seen(workspace: &Workspace) -> String {
    shown::mark(&serde_json::json!([workspace.name]))
}

/// Renames; what was saved since the form was opened is not overwritten, when the form says what it showed.
pub async fn rename(app: &App, proof: ManageWorkspace<'_>, name: &str, known: Option<&str>) -> Result<()> {
    let name = Name::parse(name).map_err(|message| AppError::invalid("name", message))?;
    let tx = app.db.begin().await?;
    let locked = store::workspaces::lock(&tx, proof.workspace().id).await?;
    let workspace = locked.ok_or(AppError::NotFound)?;
    if workspace.name == name.as_str() {
        return Ok(());
    }
    let renamed = Workspace {
        name: name.to_string(),
        ..workspace.clone()
    };
    shown::refuse_overwriting(known, &seen(&workspace), &seen(&renamed))?;
    let changed = store::workspaces::rename(&tx, workspace.id, name.as_str()).await?;
    let details = format!("“{}” → “{name}”", workspace.name);
    let subject = Subject {
        name: name.to_string(),
        details,
        ..Subject::default()
    };
    audit::record(&tx, app, workspace.id, proof.by(), Action::WorkspaceRenamed, subject).await?;
    changes::commit(app, tx, &changed).await
}
