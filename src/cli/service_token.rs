//! `keyhatch service-token create`: prints the token, this once.

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde::Serialize;

use super::{Failure, Files, print_json};
use crate::domain::service_tokens;
use crate::model::ids::ServiceTokenId;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a service token and print it, this once
    Create(Create),
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// Which of your systems will hold it
    #[arg(long)]
    name: String,
}

#[derive(Serialize)]
struct Made<'a> {
    id: ServiceTokenId,
    name: &'a str,
    token: &'a str,
}

pub(super) async fn run(files: &Files, command: Command) -> Result<(), Failure> {
    let Command::Create(asked) = command;
    let app = files.open().await?;
    let made = service_tokens::create(&app, &asked.name).await?;
    print_json(&Made {
        id: made.id,
        name: made.name.as_str(),
        token: made.text.expose_secret(),
    })
}
