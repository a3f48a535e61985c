//! `keyhatch workspace create|suspend|resume|grant-credits|suspend-embed|resume-embed`.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::embed_state::EmbedState;
use super::files::{find_account, find_workspace};
use super::output::print_json;
use super::{Failure, Files};
use crate::domain::access::{By, KeyRing};
use crate::domain::{App, credits, embed, workspaces};
use crate::model::credits::{Amount, parse_reason};
use crate::model::ids::WorkspaceId;
use crate::model::timestamp::Timestamp;
use crate::model::workspace::Workspace;
use crate::profile::KeyOwner;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a workspace for somebody
    Create(Create),
    /// Refuse all keys of a workspace, from the next request on
    Suspend(Named),
    /// Let the keys of a suspended workspace work again
    Resume(Named),
    /// Give a workspace credits, or take some: what it has then is printed
    GrantCredits(Grant),
    /// Refuse embed sessions of a workspace that owns its keys itself, from the next request on
    SuspendEmbed(Named),
    /// Take embed sessions of such a workspace again
    ResumeEmbed(Named),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// What people call it
    #[arg(long)]
    name: String,
    /// The email address of the account that will own it
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

#[derive(Debug, Args)]
pub(super) struct Grant {
    /// The last part of its address: /w/SLUG
    slug: String,
    /// How many; a negative number takes them
    #[arg(long, allow_negative_numbers = true)]
    amount: i64,
    /// What the workspace reads in its ledger
    #[arg(long, default_value = "")]
    reason: String,
}

#[derive(Serialize)]
struct Granted {
    workspace: String,
    number: i64,
    amount: i64,
    balance: i64,
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
        Command::GrantCredits(asked) => return grant(&app, &asked).await,
        Command::SuspendEmbed(named) => {
            let ring = ring(&app, &named).await?;
            return print_json(&EmbedState::of(&ring, &embed::suspend(&app, &ring).await?));
        }
        Command::ResumeEmbed(named) => {
            let ring = ring(&app, &named).await?;
            return print_json(&EmbedState::of(&ring, &embed::resume(&app, &ring).await?));
        }
    };
    print_json(&Printed::of(workspace))
}

async fn grant(app: &App, asked: &Grant) -> Result<(), Failure> {
    if app.profile.credits.is_none() {
        return Err(Failure::sentence("The profile has no [credits].".to_owned()));
    }
    let workspace = find_workspace(app, &asked.slug).await?;
    let amount = Amount::parse(asked.amount).map_err(|why| Failure::flag("--amount", why))?;
    let reason = parse_reason(asked.reason.clone()).map_err(|why| Failure::flag("--reason", why))?;
    match credits::change_by_operator(app, workspace.id, amount, reason).await? {
        Ok(entry) => print_json(&Granted {
            workspace: workspace.slug,
            number: entry.number,
            amount: entry.amount,
            balance: entry.balance,
        }),
        Err(short) => Err(Failure::sentence(short.message())),
    }
}

async fn ring(app: &App, named: &Named) -> Result<KeyRing, Failure> {
    EmbedState::refuse_other(app, KeyOwner::Workspace)?;
    let workspace = find_workspace(app, &named.slug).await?;
    Ok(KeyRing::held_by_operator(workspace, None))
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
