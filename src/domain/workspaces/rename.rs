//! Renaming a workspace. Its slug stays, so that nobody's links break.

use crate::domain::App;
use crate::domain::access::ManageWorkspace;
use crate::domain::audit::{self, Subject};
use crate::domain::verify::changes;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::name::Name;
use crate::store;

/// Renames.
pub async fn rename(app: &App, proof: ManageWorkspace<'_>, name: &str) -> Result<()> {
    let name = Name::parse(name).map_err(|message| AppError::invalid("name", message))?;
    let workspace = proof.workspace();
    if workspace.name == name.as_str() {
        return Ok(());
    }
    let tx = app.db.begin().await?;
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
