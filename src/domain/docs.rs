//! The documentation that the running profile writes: where it is, and what on it is the reader's own.

use crate::domain::{App, workspaces};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::key::Key;
use crate::model::role::Deed;
use crate::model::workspace::{Membership, Project};
use crate::profile::{Environment, KeyOwner};
use crate::store;

/// Its address.
pub const AUTHENTICATION: &str = "/docs/authentication";

/// In how many workspaces, the latest ones, a reader's newest key is looked for.
const WORKSPACES: usize = 20;

/// What on the page is the reader's own.
#[derive(Clone, Debug)]
pub struct Reader {
    /// The workspace whose keys the page leads to.
    pub membership: Membership,
    /// The project, where projects own keys and there is one.
    pub project: Option<Project>,
    /// The newest test key that works, in any of the reader's workspaces: an example never asks for a live one.
    pub key: Option<Key>,
}

/// Looks for the newest test key of somebody signed in; nothing where they belong to no workspace.
pub async fn reader(app: &App, account: &Account) -> Result<Option<Reader>> {
    let db = app.db.reader();
    let mut memberships = workspaces::list(app, account).await?;
    let mut newest: Option<Key> = None;
    for membership in memberships.iter().rev().take(WORKSPACES) {
        let (workspace, environment) = (membership.workspace.id, Environment::Test.as_str());
        let found = store::keys::newest_active(db, workspace, environment, app.now()).await?;
        newest = newer(newest, found);
    }
    let place = match &newest {
        Some(key) => memberships.iter().position(|one| one.workspace.id == key.workspace_id),
        None => memberships
            .iter()
            .rposition(|one| one.role.may(Deed::ManageKeys))
            .or_else(|| memberships.len().checked_sub(1)),
    };
    let Some(place) = place else { return Ok(None) };
    let membership = memberships.swap_remove(place);
    let workspace = membership.workspace.id;
    let project = match (
        app.profile.api.keys_belong_to,
        newest.as_ref().and_then(|key| key.project_id),
    ) {
        (KeyOwner::Workspace, _) => None,
        (KeyOwner::Project, Some(id)) => store::projects::find(db, workspace, id).await?,
        (KeyOwner::Project, None) => store::projects::list(db, workspace).await?.pop(),
    };
    Ok(Some(Reader {
        membership,
        project,
        key: newest,
    }))
}

/// The newer of two keys: ids grow with time.
fn newer(one: Option<Key>, two: Option<Key>) -> Option<Key> {
    match (one, two) {
        (Some(one), Some(two)) if two.id.0 > one.id.0 => Some(two),
        (None, two) => two,
        (one, _) => one,
    }
}

impl App {
    /// Where a code is explained, for errors that have room to say so.
    pub fn help_with(&self, code: &str) -> String {
        self.link(&format!("{AUTHENTICATION}#{code}"))
    }
}
