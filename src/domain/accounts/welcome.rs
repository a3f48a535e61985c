//! What a new account is given, where the profile says so: a workspace with its first keys.

use crate::domain::access::{By, KeyRing};
use crate::domain::keys::reveal::Opener;
use crate::domain::keys::{self, Ticket};
use crate::domain::{App, projects, seal, workspaces};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::key::Key;
use crate::model::workspace::{Project, Workspace};
use crate::profile::KeyOwner;
use crate::store::Tx;

/// An account that was just made, and what it was given.
#[derive(Clone, Debug)]
pub struct NewAccount {
    pub account: Account,
    pub gift: Option<Gift>,
}

/// What a new account was given.
#[derive(Clone, Debug)]
pub struct Gift {
    pub workspace: Workspace,
    pub project: Option<Project>,
    pub keys: Vec<Key>,
    /// What opens the keys' seals in the browser that made the account.
    pub opener: Option<Opener>,
}

/// Gives it. The secrets wait for the browser with this secret; where there is no browser, nobody sees them.
pub(super) async fn give(
    tx: &Tx,
    app: &App,
    account: &Account,
    by: &By,
    browser: Option<&str>,
) -> Result<Option<Gift>> {
    let Some(welcome) = &app.profile.welcome else {
        return Ok(None);
    };
    let workspace = workspaces::create_first(tx, app, account, by, &welcome.workspace).await?;
    let project = match app.profile.api.keys_belong_to {
        KeyOwner::Project => Some(projects::create_first(tx, app, by, &workspace, &welcome.project).await?),
        KeyOwner::Workspace => None,
    };
    let nonce = seal::token(&*app.random);
    let ticket = browser.map(|browser| Ticket::new(secrecy::ExposeSecret::expose_secret(&nonce), browser));
    let ring = KeyRing::of_newcomer(by.clone(), workspace.clone(), project.clone());
    let (proof, viewer) = (ring.manage_keys()?, ticket.as_ref().map(|ticket| (account.id, ticket)));
    let mut given = Vec::new();
    let types = welcome.key_types.iter().filter_map(|id| app.profile.key_type(id));
    for key_type in types {
        for environment in key_type.environments() {
            // What is no secret needs no reveal: it stays readable.
            let viewer = viewer.filter(|_| !key_type.public);
            given.push(keys::issue_first(tx, app, proof, (key_type, environment), viewer).await?);
        }
    }
    Ok(Some(Gift {
        workspace,
        project,
        keys: given,
        opener: ticket.map(|ticket| ticket.opener().clone()),
    }))
}
