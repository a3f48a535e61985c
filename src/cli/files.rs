//! The two files every command may be told of, and the application that is opened with them.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::Failure;
use crate::clock::SystemClock;
use crate::config::{Config, unknown_variables};
use crate::domain::App;
use crate::model::account::Account;
use crate::model::email::Email;
use crate::model::workspace::{Project, Workspace};
use crate::random::SystemRandom;
use crate::{app, store, telemetry};

#[derive(Debug, Args)]
pub(super) struct Files {
    /// The settings file (TOML); the environment wins over it
    #[arg(long, value_name = "FILE", global = true)]
    config: Option<PathBuf>,
    /// The profile: the file that describes your API; wins over the settings
    #[arg(long, value_name = "FILE", global = true)]
    profile: Option<PathBuf>,
}

impl Files {
    /// The settings, checked.
    pub(super) fn config(&self) -> Result<Config, Failure> {
        let loaded = Config::load(self.config.as_deref(), |name| {
            let value = std::env::var_os(name)?.into_string();
            // A setting that is no text is told below.
            value
                .or_else(|odd| {
                    if name.starts_with("KEYHATCH_") {
                        Ok(odd.to_string_lossy().into_owned())
                    } else {
                        Err(odd)
                    }
                })
                .ok()
        });
        // A misspelt one may be why.
        let mut config =
            loaded.map_err(|error| Failure::from(error).followed_by(unknown_variables(variables(), &[])))?;
        if let Some(name) = variables().find(|name| std::env::var(name).is_err()) {
            return Err(Failure::sentence(format!(
                "{name} is not UTF-8 text: save it as UTF-8."
            )));
        }
        if let Some(profile) = &self.profile {
            config.profile = Some(profile.clone());
            config.called.rename("profile", "--profile");
        }
        Ok(config)
    }

    /// The application without its listener: a server may run beside it.
    pub(super) async fn open(&self) -> Result<App, Failure> {
        let config = self.config()?;
        telemetry::start(&config, "warn")?;
        warn_of_unknown_variables(&config);
        let public_url = config
            .public_url
            .clone()
            .unwrap_or_else(|| format!("http://{}", config.listen));
        Ok(app::open(&config, public_url, Arc::new(SystemClock), Arc::new(SystemRandom)).await?)
    }
}

/// The variables that look as if they were for Keyhatch.
fn variables() -> impl Iterator<Item = String> {
    let all = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    all.filter(|name| name.to_uppercase().starts_with("KEYHATCH"))
}

/// Logs what is set and nobody reads.
pub(super) fn warn_of_unknown_variables(config: &Config) {
    let profile = app::profile(config).ok();
    let secret = profile
        .as_ref()
        .and_then(|profile| profile.jwt.as_ref()?.secret_variable());
    for sentence in unknown_variables(variables(), secret.as_slice()) {
        tracing::warn!("{sentence}");
    }
}

/// The workspace of `--workspace`.
pub(super) async fn find_workspace(app: &App, slug: &str) -> Result<Workspace, Failure> {
    let found = store::workspaces::find_by_slug(app.db.reader(), slug).await?;
    found.ok_or_else(|| Failure::sentence(format!("There is no workspace “{slug}”.")))
}

/// The project of `--project`.
pub(super) async fn find_project(app: &App, workspace: &Workspace, slug: &str) -> Result<Project, Failure> {
    let found = store::projects::find_by_slug(app.db.reader(), workspace.id, slug).await?;
    found.ok_or_else(|| {
        let workspace = &workspace.slug;
        Failure::flag("--project", &format!("There is no project “{slug}” in {workspace}."))
    })
}

/// The account with this address, which `flag` named.
pub(super) async fn find_account(app: &App, flag: &str, address: &str) -> Result<Account, Failure> {
    let found = store::accounts::find_by_email(app.db.reader(), &Email::presented(address)).await?;
    if let Some(found) = found {
        return Ok(found.account);
    }
    let email = Email::parse(address).map_err(|why| Failure::flag(flag, why))?;
    let how = format!("There is no account “{email}”; make it with keyhatch account create.");
    Err(Failure::flag(flag, &how))
}
