//! Creating a project.

use crate::domain::App;
use crate::domain::access::ManageProjects;
use crate::domain::audit::{self, Subject};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::ProjectId;
use crate::model::name::Name;
use crate::model::slug::Slug;
use crate::model::workspace::Project;
use crate::store;
use crate::store::db::commit;

/// Creates a project, within the plan.
pub async fn create(app: &App, proof: ManageProjects<'_>, name: &str) -> Result<Project> {
    let name = Name::parse(name).map_err(|message| AppError::invalid("name", message))?;
    let tx = app.db.begin().await?;
    // Whoever else creates a project here waits: the plan's limit and the slug are decided one after the other.
    let workspace = store::workspaces::lock(&tx, proof.workspace().id)
        .await?
        .ok_or(AppError::NotFound)?;
    let projects = store::projects::list(&tx, workspace.id).await?;
    let plan = app
        .profile
        .plan(&workspace.plan)
        .unwrap_or_else(|| app.profile.default_plan());
    if plan
        .projects
        .is_some_and(|limit| projects.len() as u64 >= u64::from(limit))
    {
        let limit = plan.projects.unwrap_or_default();
        return Err(AppError::PlanLimit(format!(
            "The {} plan has {limit} projects, and all are taken.",
            plan.label
        )));
    }
    if projects
        .iter()
        .any(|project| project.name.to_lowercase() == name.as_str().to_lowercase())
    {
        return Err(AppError::invalid(
            "name",
            "Another project has this name. Choose a different one.",
        ));
    }
    let wanted = Slug::from_name(name.as_str(), "project");
    let taken = |slug: &Slug| projects.iter().any(|project| project.slug == slug.as_str());
    let slug = if taken(&wanted) {
        (2..)
            .map(|n| wanted.with_suffix(&n.to_string()))
            .find(|slug| !taken(slug))
            .unwrap_or(wanted)
    } else {
        wanted
    };
    let project = Project {
        id: ProjectId(app.new_id()),
        workspace_id: workspace.id,
        slug: slug.to_string(),
        name: name.to_string(),
        created_at: app.now(),
    };
    store::projects::insert(&tx, &project).await?;
    let subject = Subject {
        project_id: Some(project.id),
        name: project.name.clone(),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace.id, proof.by(), Action::ProjectCreated, subject).await?;
    commit(tx).await?;
    Ok(project)
}
