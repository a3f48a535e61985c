//! `keyhatch profile check`: every mistake of a profile at once; of one without mistakes, what it means.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Failure;
use super::output::print;
use crate::model::timestamp::plural;
use crate::profile::Profile;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Report every mistake in a profile, each with its line
    Check(Check),
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The profile
    file: PathBuf,
}

pub(super) fn run(command: &Command) -> Result<(), Failure> {
    let Command::Check(Check { file }) = command;
    let profile = Profile::load(file).map_err(|mistakes| Failure::sentence(mistakes.to_string()))?;
    print(&format!(
        "{} is fine: {}, {}, {}",
        file.display(),
        count(profile.key_types.len(), "key type"),
        count(profile.scopes.len(), "scope"),
        count(profile.plans.len(), "plan"),
    ))?;
    profile.remarks().iter().try_for_each(|remark| print(remark))
}

fn count(number: usize, noun: &str) -> String {
    plural(i64::try_from(number).unwrap_or(i64::MAX), noun)
}
