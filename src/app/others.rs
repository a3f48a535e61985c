//! What others sign with: the operator's identity provider, and GitHub.

use crate::config::{Config, is_loopback};
use crate::domain::App;
use crate::domain::leaks::github_keys::GithubKeys;
use crate::domain::verify::Tokens;

/// Tokens of the identity provider, where the profile has them.
pub(super) fn tokens(config: &Config, app: &App) -> anyhow::Result<Option<Tokens>> {
    let from_here = |address: &url::Url| app.settings.development && is_loopback(address);
    let tokens = |jwt| Tokens::new(jwt, |name| config.variables.get(name), from_here);
    app.profile.jwt.as_ref().map(tokens).transpose()
}

/// The keys of GitHub, where the profile takes its reports.
pub(super) fn github_keys(app: &App) -> anyhow::Result<Option<GithubKeys>> {
    let from_here = |address: &url::Url| app.settings.development && is_loopback(address);
    let keys = |address: &String| GithubKeys::new(address, from_here);
    app.profile.leaks.github_keys.as_ref().map(keys).transpose()
}
