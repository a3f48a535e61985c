//! `keyhatch workspace create|suspend|resume`.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::files::{find_account, find_workspace};
use super::{Failure, Files, print_json};
use crate::domain::access::By;
use crate::domain::workspaces;
use crate::model::ids::WorkspaceId;
use crate::model::timestamp::Timestamp;
use crate::model::workspace::Workspace;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a workspace for somebody
    Create(Create),
    /// Refuse all keys of a workspace, from the next request on
    Suspend(Named),
    /// Let the keys of a suspended workspace work again
    Resume(Named),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// What people call it
    #[arg(long)]
    name: String,
    /// The e-mail address of the account that will own it
    #[arg(long, value_name = "EMAIL")]
    owner: String,
    /// A plan of the profile; the profile's default without it
    #[arg(long)]
    plan: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// The last part of its address: /w/SLUG
    slug: String,
}

#[derive(Serialize)]
struct Printed {
    id: WorkspaceId,
    slug: String,
    name: String,
    plan: String,
    suspended: bool,
    created_at: Timestamp,
}

pub(super) async fn run(files: &Files, command: Command) -> Result<(), Failure> {
    let app = files.open().await?;
    let workspace = match command {
        Command::Create(asked) => {
            let owner = find_account(&app, "--owner", &asked.owner).await?;
            let plan = asked.plan.as_deref();
            workspaces::create(&app, &owner, &By::operator(), &asked.name, plan).await?
        }
        Command::Suspend(named) => {
            let workspace = find_workspace(&app, &named.slug).await?;
            workspaces::suspend(&app, &workspace).await?;
            find_workspace(&app, &named.slug).await?
        }
        Command::Resume(named) => {
            let workspace = find_workspace(&app, &named.slug).await?;
            workspaces::resume(&app, &workspace).await?;
            find_workspace(&app, &named.slug).await?
        }
    };
    print_json(&Printed::of(workspace))
}

impl Printed {
    fn of(workspace: Workspace) -> Self {
        Self {
            id: workspace.id,
            slug: workspace.slug,
            name: workspace.name,
            plan: workspace.plan,
            suspended: workspace.suspended_at.is_some(),
            created_at: workspace.created_at,
        }
    }
}
