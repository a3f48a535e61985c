//! `keyhatch project create`.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::files::find_workspace;
use super::{Failure, Files, print_json};
use crate::domain::access::{By, ManageProjects};
use crate::domain::projects;
use crate::model::ids::ProjectId;
use crate::model::timestamp::Timestamp;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a project in a workspace
    Create(Create),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The workspace's slug: the last part of /w/SLUG
    #[arg(long, value_name = "SLUG")]
    workspace: String,
    /// What people call it
    #[arg(long)]
    name: String,
}

#[derive(Serialize)]
struct Made {
    id: ProjectId,
    slug: String,
    name: String,
    workspace: String,
    created_at: Timestamp,
}

pub(super) async fn run(files: &Files, command: Command) -> Result<(), Failure> {
    let Command::Create(asked) = command;
    let app = files.open().await?;
    let workspace = find_workspace(&app, &asked.workspace).await?;
    let by = By::operator();
    let project = projects::create(&app, ManageProjects::operator(&workspace, &by), &asked.name).await?;
    print_json(&Made {
        id: project.id,
        slug: project.slug,
        name: project.name,
        workspace: workspace.slug,
        created_at: project.created_at,
    })
}
