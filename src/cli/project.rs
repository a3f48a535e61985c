//! `keyhatch project create|suspend-embed|resume-embed`.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::embed_state::EmbedState;
use super::files::{find_project, find_workspace};
use super::output::print_json;
use super::{Failure, Files};
use crate::domain::access::{By, KeyRing, ManageProjects};
use crate::domain::{App, embed, projects};
use crate::model::ids::ProjectId;
use crate::model::timestamp::Timestamp;
use crate::profile::KeyOwner;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a project in a workspace
    Create(Create),
    /// Refuse embed sessions of a project, from the next request on
    SuspendEmbed(Named),
    /// Take embed sessions of a project again
    ResumeEmbed(Named),
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

#[derive(Debug, Args)]
pub(super) struct Named {
    /// The workspace's slug: the last part of /w/SLUG
    #[arg(long, value_name = "SLUG")]
    workspace: String,
    /// The project's slug: the last part of /w/SLUG/p/SLUG
    #[arg(value_name = "PROJECT")]
    slug: String,
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
    let app = files.open().await?;
    match command {
        Command::Create(asked) => create(&app, &asked).await,
        Command::SuspendEmbed(named) => {
            let ring = ring(&app, &named).await?;
            let partner = embed::suspend(&app, &ring).await?;
            print_json(&EmbedState::of(&ring, &partner))
        }
        Command::ResumeEmbed(named) => {
            let ring = ring(&app, &named).await?;
            let partner = embed::resume(&app, &ring).await?;
            print_json(&EmbedState::of(&ring, &partner))
        }
    }
}

async fn create(app: &App, asked: &Create) -> Result<(), Failure> {
    let workspace = find_workspace(app, &asked.workspace).await?;
    let by = By::operator();
    let project = projects::create(app, ManageProjects::operator(&workspace, &by), &asked.name).await?;
    print_json(&Made {
        id: project.id,
        slug: project.slug,
        name: project.name,
        workspace: workspace.slug,
        created_at: project.created_at,
    })
}

async fn ring(app: &App, named: &Named) -> Result<KeyRing, Failure> {
    EmbedState::refuse_other(app, KeyOwner::Project)?;
    let workspace = find_workspace(app, &named.workspace).await?;
    let project = find_project(app, &workspace, &named.slug).await?;
    Ok(KeyRing::held_by_operator(workspace, Some(project)))
}
