//! Suspending and resuming for a customer, or for everybody else's sake: it holds from the next request on. What is so already stays so,
//! and nothing is written.

use crate::domain::App;
use crate::domain::access::KeyRing;
use crate::domain::access::desk::{Staff, SupportActs};
use crate::domain::staff::reason::Reason;
use crate::domain::staff::workspace;
use crate::domain::{embed, projects, workspaces};
use crate::error::{AppError, Result};
use crate::model::ids::{ProjectId, WorkspaceId};
use crate::model::workspace::{Project, Workspace};
use crate::profile::KeyOwner;
use crate::store;

/// What is suspended or resumed.
#[derive(Clone, Debug)]
pub enum Target {
    Workspace(Workspace),
    Project(Workspace, Project),
    /// Embed mode of whatever owns keys.
    Embed(Workspace, Option<Project>),
}

/// A workspace. The look is on record.
pub async fn workspace(app: &App, staff: &Staff, id: WorkspaceId) -> Result<Target> {
    Ok(Target::Workspace(workspace::open(app, staff, id).await?))
}

/// A project. The look is on record.
pub async fn project(app: &App, staff: &Staff, id: ProjectId) -> Result<Target> {
    let (workspace, project) = open_project(app, staff, id).await?;
    Ok(Target::Project(workspace, project))
}

/// The embed partnership of a workspace that owns its keys itself.
pub async fn embed_of_workspace(app: &App, staff: &Staff, id: WorkspaceId) -> Result<Target> {
    refuse_other(app, KeyOwner::Workspace)?;
    let workspace = workspace::open(app, staff, id).await?;
    Ok(Target::Embed(workspace, None))
}

/// The embed partnership of a project.
pub async fn embed_of_project(app: &App, staff: &Staff, id: ProjectId) -> Result<Target> {
    refuse_other(app, KeyOwner::Project)?;
    let (workspace, project) = open_project(app, staff, id).await?;
    Ok(Target::Embed(workspace, Some(project)))
}

/// Suspends it, or resumes it.
pub async fn set(app: &App, proof: SupportActs<'_>, target: &Target, suspends: bool, reason: &Reason) -> Result<()> {
    let since = suspends.then(|| app.now());
    let (by, details) = (proof.by(), reason.as_str());
    match target {
        Target::Workspace(workspace) => workspaces::set_suspended(app, workspace, since, by, details).await,
        Target::Project(workspace, project) => {
            projects::set_suspended(app, (workspace, project), since, by, details).await
        }
        Target::Embed(workspace, project) => {
            let ring = KeyRing::held_by_operator(workspace.clone(), project.clone());
            embed::set_suspended(app, &ring, since, by, details).await.map(drop)
        }
    }
}

impl Target {
    /// The workspace that it is, or is in.
    pub fn workspace(&self) -> &Workspace {
        match self {
            Target::Workspace(workspace) | Target::Project(workspace, _) | Target::Embed(workspace, _) => workspace,
        }
    }

    /// The project, if it is one, or is in one.
    pub fn project(&self) -> Option<&Project> {
        match self {
            Target::Workspace(_) => None,
            Target::Project(_, project) => Some(project),
            Target::Embed(_, project) => project.as_ref(),
        }
    }
}

async fn open_project(app: &App, staff: &Staff, id: ProjectId) -> Result<(Workspace, Project)> {
    let found = store::projects::find_of_any_tenant(app.db.reader(), id).await?;
    let project = found.ok_or(AppError::NotFound)?;
    let workspace = workspace::open(app, staff, project.workspace_id).await?;
    Ok((workspace, project))
}

fn refuse_other(app: &App, owner: KeyOwner) -> Result<()> {
    if app.profile.embed.is_some() && app.profile.api.keys_belong_to == owner {
        Ok(())
    } else {
        Err(AppError::NotFound)
    }
}
