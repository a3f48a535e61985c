//! `keyhatch member add`.

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
    Add(Add),
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The workspace's slug: the last part of /w/SLUG
    #[arg(long, value_name = "SLUG")]
    workspace: String,
    /// The email address of the account
    #[arg(long)]
    email: String,
    /// owner, admin, developer or viewer
    #[arg(long)]
    role: Role,
}

#[derive(Serialize)]
struct Added {
    workspace: String,
    email: String,
    role: &'static str,
}

pub(super) async fn run(files: &Files, command: Command) -> Result<(), Failure> {
    let Command::Add(asked) = command;
    let app = files.open().await?;
    let workspace = find_workspace(&app, &asked.workspace).await?;
    let account = find_account(&app, "--email", &asked.email).await?;
    let by = By::operator();
    let proof = ManageMembers::operator(&workspace, &by);
    members::add(&app, proof, account.email.as_str(), asked.role).await?;
    print_json(&Added {
        workspace: workspace.slug,
        email: account.email.to_string(),
        role: asked.role.as_str(),
    })
}
