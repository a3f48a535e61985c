//! Renaming a project. Its slug stays, so that nobody's links break.

use crate::domain::App;
use crate::domain::access::ManageProjects;
use crate::domain::audit::{self, Subject};
use crate::domain::projects::refuse_taken_name;
use crate::domain::seen as shown;
use crate::domain::verify::changes;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::name::Name;
use crate::model::workspace::Project;
use crate::store;

/// What the form of a project shows ([`shown::mark`]).
pub fn seen(project: &Project) -> String {
    shown::mark(&serde_json::json!([project.name]))
}

/// Renames a project of the workspace that the proof is about; what was saved since the form was opened is not overwritten, when the
/// form says what it showed.
pub async fn rename(
    app: &App,
    proof: ManageProjects<'_>,
    project: &Project,
    name: &str,
    known: Option<&str>,
) -> Result<()> {
    let name = Name::parse(name).map_err(|message| AppError::invalid("name", message))?;
    let tx = app.db.begin().await?;
    // As in creating: names in a workspace are decided one after the other.
    store::workspaces::lock(&tx, proof.workspace().id)
        .await?
        .ok_or(AppError::NotFound)?;
    let projects = store::projects::list(&tx, proof.workspace().id).await?;
    let project = projects.iter().find(|other| other.id == project.id);
    let project = project.ok_or(AppError::NotFound)?;
    if project.name == name.as_str() {
        return Ok(());
    }
    refuse_taken_name(&projects, Some(project.id), &name)?;
    let renamed = Project {
        name: name.to_string(),
        ..project.clone()
    };
    shown::refuse_overwriting(known, &seen(project), &seen(&renamed))?;
    let changed = store::projects::rename(&tx, proof.workspace().id, project.id, name.as_str()).await?;
    let details = format!("“{}” → “{name}”", project.name);
    let subject = Subject {
        project_id: Some(project.id),
        name: name.to_string(),
        details,
        ..Subject::default()
    };
    audit::record(
        &tx,
        app,
        proof.workspace().id,
        proof.by(),
        Action::ProjectRenamed,
        subject,
    )
    .await?;
    changes::commit(app, tx, &changed).await
}
