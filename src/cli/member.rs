//! `keyhatch member add|role|remove`.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::files::{find_account, find_workspace};
use super::output::print_json;
use super::{Failure, Files};
use crate::domain::access::{By, ManageMembers};
use crate::domain::members;
use crate::model::role::Role;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account a member of a workspace
    Add(Given),
    /// Give a member another role
    Role(Given),
    /// End a membership; the keys that the person made stay
    Remove(Of),
}

#[derive(Debug, Args)]
pub(super) struct Given {
    #[command(flatten)]
    of: Of,
    /// owner, admin, developer or viewer
    #[arg(long)]
    role: Role,
}

#[derive(Debug, Args)]
pub(super) struct Of {
    /// The workspace's slug: the last part of /w/SLUG
    #[arg(long, value_name = "SLUG")]
    workspace: String,
    /// The email address of the account
    #[arg(long)]
    email: String,
}

#[derive(Serialize)]
struct Done {
    workspace: String,
    email: String,
    /// Nothing, when there is no membership any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
}

pub(super) async fn run(files: &Files, command: Command) -> Result<(), Failure> {
    let (of, role) = match &command {
        Command::Add(given) | Command::Role(given) => (&given.of, Some(given.role)),
        Command::Remove(of) => (of, None),
    };
    let app = files.open().await?;
    let workspace = find_workspace(&app, &of.workspace).await?;
    let account = find_account(&app, "--email", &of.email).await?;
    let by = By::operator();
    let (proof, email) = (ManageMembers::operator(&workspace, &by), account.email.as_str());
    match &command {
        Command::Add(given) => members::add(&app, proof, email, given.role).await?,
        Command::Role(given) => members::change_role(&app, proof, email, given.role).await?,
        Command::Remove(_) => members::remove(&app, proof, email).await?,
    }
    print_json(&Done {
        workspace: workspace.slug,
        email: account.email.to_string(),
        role: role.map(Role::as_str),
    })
}
