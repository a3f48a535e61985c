//! `keyhatch account create`: an account whose address the operator vouches for. `keyhatch account staff`: what it may do at the desk.

use std::io::BufRead;

use clap::{Args, Subcommand};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::files::find_account;
use super::output::print_json;
use super::{Failure, Files};
use crate::domain::accounts;
use crate::model::account::Account;
use crate::model::ids::AccountId;
use crate::model::staff::StaffRole;
use crate::model::timestamp::Timestamp;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make an account; no mail is sent
    Create(Create),
    /// Set what an account may do at the support desk
    Staff(SetRole),
}

#[derive(Debug, Args)]
pub(super) struct SetRole {
    /// The person's email address
    #[arg(long)]
    email: String,
    /// look, act or administer; or none, for somebody who leaves the team
    #[arg(long, value_parser = parse_role)]
    role: Chosen,
}

/// A role, or none.
#[derive(Clone, Copy, Debug)]
struct Chosen(Option<StaffRole>);

fn parse_role(text: &str) -> Result<Chosen, String> {
    match text {
        "none" => Ok(Chosen(None)),
        role => role.parse().map(|role| Chosen(Some(role))),
    }
}

#[derive(Debug, Args)]
pub(super) struct Create {
    /// The person's email address
    #[arg(long)]
    email: String,
    /// The account belongs to your support team: it looks, acts or administers (all of it when nothing else is said)
    #[arg(long, value_name = "ROLE", num_args = 0..=1, require_equals = true, default_missing_value = "administer")]
    staff: Option<StaffRole>,
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Serialize)]
struct Made {
    id: AccountId,
    email: String,
    is_staff: bool,
    /// Nothing for everybody but staff.
    staff_role: Option<&'static str>,
    created_at: Timestamp,
}

pub(super) async fn run(files: &Files, command: Command) -> Result<(), Failure> {
    match command {
        Command::Create(asked) => create(files, asked).await,
        Command::Staff(asked) => {
            let app = files.open().await?;
            let account = find_account(&app, "--email", &asked.email).await?;
            print(&accounts::set_staff_role(&app, &account, asked.role.0).await?)
        }
    }
}

async fn create(files: &Files, asked: Create) -> Result<(), Failure> {
    if !asked.password_stdin {
        return Err(Failure::sentence(
            "Hand the password over on standard input and add --password-stdin: a password on the command line would be \
             seen by everybody on this machine.",
        ));
    }
    let password = read_password()?;
    let app = files.open().await?;
    let account = accounts::create(&app, &asked.email, password.expose_secret(), asked.staff).await?;
    print(&account)
}

fn print(account: &Account) -> Result<(), Failure> {
    print_json(&Made {
        id: account.id,
        email: account.email.to_string(),
        is_staff: account.is_staff(),
        staff_role: account.staff.map(StaffRole::as_str),
        created_at: account.created_at,
    })
}

fn read_password() -> Result<SecretString, Failure> {
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::sentence(format!("The password cannot be read from standard input: {error}.")))?;
    let typed = line.strip_suffix('\n').unwrap_or(&line);
    let typed = typed.strip_suffix('\r').unwrap_or(typed);
    Ok(SecretString::from(typed))
}
