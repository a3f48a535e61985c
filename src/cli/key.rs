//! `keyhatch key create`: prints the key and its signing secret, this once.

use clap::{Args, Subcommand};
use serde::Serialize;

use super::files::{find_project, find_workspace};
use super::output::print_json;
use super::{Failure, Files};
use crate::domain::App;
use crate::domain::access::KeyRing;
use crate::domain::keys::{self, Issued, NewKeyInput};
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;
use crate::profile::KeyOwner;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key and print it, this once
    Create(Create),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The workspace's slug: the last part of /w/SLUG
    #[arg(long, value_name = "SLUG")]
    workspace: String,
    /// The project's slug, where keys belong to projects
    #[arg(long, value_name = "SLUG")]
    project: Option<String>,
    /// A key type of the profile
    #[arg(long = "type", value_name = "TYPE")]
    type_id: String,
    /// live or test; the first the type has without it
    #[arg(long)]
    environment: Option<String>,
    /// What people call it
    #[arg(long)]
    name: String,
    /// Something it may do; once for each scope
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// An address or a network that it may be used from; once for each, anywhere without any
    #[arg(long = "allowed-address", value_name = "NETWORK")]
    allowed_addresses: Vec<String>,
    /// When it ends, like 2027-01-31T18:00:00Z; never without it
    #[arg(long, value_name = "RFC3339")]
    expires_at: Option<String>,
    /// Where its events are delivered
    #[arg(long, value_name = "URL")]
    webhook_url: Option<String>,
}

#[derive(Serialize)]
struct Made<'a> {
    id: KeyId,
    name: &'a str,
    key: &'a str,
    key_prefix: &'a str,
    signing_secret: Option<&'a str>,
    #[serde(rename = "type")]
    type_id: &'a str,
    environment: String,
    scopes: &'a [String],
    allowed_addresses: Vec<String>,
    enabled: bool,
    expires_at: Option<Timestamp>,
    webhook_url: Option<&'a str>,
    workspace: &'a str,
    project: Option<&'a str>,
    created_at: Timestamp,
}

pub(super) async fn run(files: &Files, command: Command) -> Result<(), Failure> {
    let Command::Create(asked) = command;
    let app = files.open().await?;
    let ring = find_ring(&app, &asked).await?;
    let input = NewKeyInput {
        name: asked.name,
        type_id: asked.type_id,
        environment: asked.environment.unwrap_or_default(),
        scopes: asked.scopes,
        allowed_addresses: asked.allowed_addresses,
        expiry: String::new(),
        expires_at: asked.expires_at.unwrap_or_default(),
        webhook_url: asked.webhook_url.unwrap_or_default(),
    };
    let proof = ring.manage_keys()?;
    let issued = keys::issue(&app, proof, input.check(&app, proof)?).await?;
    print_issued(&ring, &issued)
}

async fn find_ring(app: &App, asked: &Create) -> Result<KeyRing, Failure> {
    let workspace = find_workspace(app, &asked.workspace).await?;
    let project = match (&asked.project, app.profile.api.keys_belong_to) {
        (Some(slug), KeyOwner::Project) => Some(find_project(app, &workspace, slug).await?),
        (None, KeyOwner::Workspace) => None,
        (None, KeyOwner::Project) => {
            return Err(Failure::flag(
                "--project",
                "Keys of this API belong to projects: name one.",
            ));
        }
        (Some(_), KeyOwner::Workspace) => {
            return Err(Failure::flag(
                "--project",
                "Keys of this API belong to the whole workspace: leave the project out.",
            ));
        }
    };
    Ok(KeyRing::held_by_operator(workspace, project))
}

fn print_issued(ring: &KeyRing, issued: &Issued) -> Result<(), Failure> {
    let key = &issued.key;
    print_json(&Made {
        id: key.id,
        name: &key.name,
        key: issued.text.expose_secret(),
        key_prefix: &key.display_prefix,
        signing_secret: issued.signing_secret.as_ref().map(|secret| secret.expose_secret()),
        type_id: &key.type_id,
        environment: key.environment.to_string(),
        scopes: &key.scopes,
        allowed_addresses: key.allowed_addresses.texts(),
        enabled: true,
        expires_at: key.expires_at,
        webhook_url: key.webhook_url.as_deref(),
        workspace: &ring.workspace.slug,
        project: ring.project.as_ref().map(|project| project.slug.as_str()),
        created_at: key.created_at,
    })
}
