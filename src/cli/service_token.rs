//! `keyhatch service-token create|revoke`: creating prints the token, this once.

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;
use serde::Serialize;

use super::output::print_json;
use super::{Failure, Files};
use crate::domain::service_tokens;
use crate::error::AppError;
use crate::model::ids::ServiceTokenId;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a service token and print it, this once
    Create(Named),
    /// Refuse a service token, from the next request on
    Revoke(Named),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// Which of your systems holds it
    #[arg(long)]
    name: String,
}

#[derive(Serialize)]
struct Made<'a> {
    id: ServiceTokenId,
    name: &'a str,
    token: &'a str,
}

#[derive(Serialize)]
struct Revoked<'a> {
    name: &'a str,
    revoked: bool,
}

pub(super) async fn run(files: &Files, command: Command) -> Result<(), Failure> {
    let app = files.open().await?;
    match command {
        Command::Create(asked) => {
            let made = service_tokens::create(&app, &asked.name).await?;
            print_json(&Made {
                id: made.id,
                name: made.name.as_str(),
                token: made.text.expose_secret(),
            })
        }
        Command::Revoke(asked) => {
            service_tokens::revoke(&app, &asked.name)
                .await
                .map_err(|error| match error {
                    AppError::NotFound => {
                        Failure::sentence(format!("--name: There is no service token “{}”.", asked.name))
                    }
                    other => other.into(),
                })?;
            print_json(&Revoked {
                name: &asked.name,
                revoked: true,
            })
        }
    }
}
