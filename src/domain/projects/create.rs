//! Creating a project.

use crate::domain::App;
use crate::domain::access::{By, ManageProjects};
use crate::domain::audit::{self, Subject};
use crate::domain::projects::refuse_taken_name;
use crate::domain::workspaces::plan_of;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::ProjectId;
use crate::model::name::Name;
use crate::model::slug::Slug;
use crate::model::stop::Stops;
use crate::model::timestamp::plural;
use crate::model::workspace::{Project, Workspace};
use crate::store::db::commit;
use crate::store::{self, Tx};

/// Creates a project, within the plan.
pub async fn create(app: &App, proof: ManageProjects<'_>, name: &str) -> Result<Project> {
    let name = Name::parse(name).map_err(|message| AppError::invalid("name", message))?;
    let tx = app.db.begin().await?;
    // Anybody else who creates a project here waits: the plan's limit and the slug are decided one after the other.
    let workspace = store::workspaces::lock(&tx, proof.workspace().id)
        .await?
        .ok_or(AppError::NotFound)?;
    let projects = store::projects::list(&tx, workspace.id).await?;
    let plan = plan_of(app, &workspace);
    if let Some(limit) = plan.projects
        && projects.len() as u64 >= u64::from(limit)
    {
        return Err(AppError::PlanLimit(format!(
            "The {} plan has {}, and all are taken. Rename one that is no longer used, or change the plan.",
            plan.label,
            plural(i64::from(limit), "project")
        )));
    }
    refuse_taken_name(&projects, None, &name)?;
    let slug = free_slug(&projects, &name);
    let project = Project {
        id: ProjectId(app.new_id()),
        workspace_id: workspace.id,
        slug: slug.to_string(),
        name: name.to_string(),
        suspended_at: None,
        stops: Stops::default(),
        created_at: app.now(),
    };
    insert(&tx, app, proof.by(), &project).await?;
    commit(tx).await?;
    Ok(project)
}

/// Creates the first project of a workspace, inside the transaction that creates the workspace.
pub(in crate::domain) async fn create_first(
    tx: &Tx,
    app: &App,
    by: &By,
    workspace: &Workspace,
    name: &str,
) -> Result<Project> {
    let project = Project {
        id: ProjectId(app.new_id()),
        workspace_id: workspace.id,
        slug: Slug::from_name(name, "project").to_string(),
        name: name.to_owned(),
        suspended_at: None,
        stops: Stops::default(),
        created_at: app.now(),
    };
    insert(tx, app, by, &project).await?;
    Ok(project)
}

async fn insert(tx: &Tx, app: &App, by: &By, project: &Project) -> Result<()> {
    store::projects::insert(tx, project).await?;
    let subject = Subject {
        project_id: Some(project.id),
        name: project.name.clone(),
        ..Subject::default()
    };
    audit::record(tx, app, project.workspace_id, by, Action::ProjectCreated, subject).await
}

fn free_slug(projects: &[Project], name: &Name) -> Slug {
    let wanted = Slug::from_name(name.as_str(), "project");
    let free = |slug: &Slug| projects.iter().all(|project| project.slug != slug.as_str());
    if free(&wanted) {
        return wanted;
    }
    let numbered = (2..).map(|n: u32| wanted.with_suffix(&n.to_string()));
    numbered.into_iter().find(free).unwrap_or_else(|| wanted.clone())
}
