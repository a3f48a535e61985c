//! The command line: one file a command. Come here to add one.
//!
//! Results go to standard output, problems to standard error, one sentence each. What creates something prints one JSON
//! object with the API's names, and works beside a running server.

mod account;
mod backup;
mod embed_state;
mod failure;
mod files;
mod key;
mod member;
mod migrate;
mod output;
mod profile;
mod project;
mod serve;
mod service_token;
mod workspace;

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};

use failure::Failure;
use files::Files;

/// A self-hosted developer dashboard for API keys.
///
/// Without a command, it serves.
#[derive(Debug, Parser)]
#[command(name = "keyhatch", version)]
struct CommandLine {
    #[command(flatten)]
    files: Files,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the dashboard and the API (the default)
    Serve,
    /// Bring the database up to date, and end
    Migrate,
    /// People who sign in
    #[command(subcommand)]
    Account(account::Command),
    /// Tenants
    #[command(subcommand)]
    Workspace(workspace::Command),
    /// Who belongs to a workspace
    #[command(subcommand)]
    Member(member::Command),
    /// Parts of a workspace
    #[command(subcommand)]
    Project(project::Command),
    /// API keys
    #[command(subcommand)]
    Key(key::Command),
    /// Credentials of your own systems for the provider API
    #[command(subcommand)]
    ServiceToken(service_token::Command),
    /// The file that describes your API
    #[command(subcommand)]
    Profile(profile::Command),
    /// Copy the embedded database to a file; safe while the server runs
    Backup(backup::Arguments),
}

/// How long what still runs on threads of its own may take when a command has ended.
const LEFTOVERS: Duration = Duration::from_secs(1);

/// Runs the command that was typed. A usage error ends with 2, every other failure with 1.
pub fn main() -> ExitCode {
    let typed = CommandLine::parse();
    let outcome = match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let outcome = runtime.block_on(run(typed));
            // Whoever stops while something waits for a lock or a name server does not wait for that.
            runtime.shutdown_timeout(LEFTOVERS);
            outcome
        }
        Err(error) => Err(anyhow::Error::new(error).into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Nobody is left to tell when standard error is closed.
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}

async fn run(typed: CommandLine) -> Result<(), Failure> {
    let files = typed.files;
    match typed.command.unwrap_or(Command::Serve) {
        Command::Serve => serve::run(&files).await,
        Command::Migrate => migrate::run(&files).await,
        Command::Account(command) => account::run(&files, command).await,
        Command::Workspace(command) => workspace::run(&files, command).await,
        Command::Member(command) => member::run(&files, command).await,
        Command::Project(command) => project::run(&files, command).await,
        Command::Key(command) => key::run(&files, command).await,
        Command::ServiceToken(command) => service_token::run(&files, command).await,
        Command::Profile(command) => profile::run(&command),
        Command::Backup(arguments) => backup::run(&files, &arguments).await,
    }
}
