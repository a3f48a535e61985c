//! The first steps of a newcomer, each derived from facts: nothing here remembers that somebody was here.

pub mod first_request;
mod place;
pub mod watchers;

use first_request::{MOST_SEARCHED, MOST_WATCHED};

use crate::domain::{App, usage};
use crate::error::Result;
use crate::model::account::Account;
use crate::model::ids::OwnerId;
use crate::model::key::Key;
use crate::model::webhook::{Delivery, DeliveryState};
use crate::model::workspace::{Membership, Project};
use crate::profile::{Environment, KeyOwner};
use crate::store;
use crate::store::webhooks::deliveries::Filter;

/// What there is already.
#[derive(Clone, Debug)]
pub struct Steps {
    pub email_confirmed: bool,
    /// The workspace the walk is about, and what the person may do there.
    pub workspace: Option<Membership>,
    pub project: Option<Project>,
    /// A key that works, in [`first_environment`].
    pub key: Option<Key>,
    /// The key that was used last, of the newest; its `last_use` says when and from where.
    pub used: Option<Key>,
    /// The last webhook that reached its receiver, of those that are kept.
    pub delivered: Option<Delivery>,
    /// The keys that came with the account, oldest first, where the profile gives some.
    pub given: Vec<Key>,
    /// Whether keys hang on projects here: otherwise there is no project to make.
    pub has_projects: bool,
}

/// How many keys are shown as given: more than a profile is likely to give.
const MOST_GIVEN: u64 = 12;

/// A step of the walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    ConfirmEmail,
    Workspace,
    Project,
    Key,
    FirstCall,
    Webhook,
}

/// Looks at the facts as they are at this moment.
pub async fn steps(app: &App, account: &Account) -> Result<Steps> {
    let mut steps = Steps {
        email_confirmed: account.email_confirmed_at.is_some(),
        workspace: place::of(app, account).await?,
        project: None,
        key: None,
        used: None,
        delivered: None,
        given: Vec::new(),
        has_projects: app.profile.api.keys_belong_to == KeyOwner::Project,
    };
    let Some(membership) = &steps.workspace else {
        return Ok(steps);
    };
    let (db, workspace) = (app.db.reader(), membership.workspace.id);
    // The first call may be a moment ago: what is still counted in memory is a fact too.
    let newest = store::keys::newest_digests(db, workspace, MOST_WATCHED).await?;
    usage::write_down_of(app, newest).await?;
    let environment = first_environment(app).as_str();
    steps.key = store::keys::newest_active(db, workspace, environment, app.now()).await?;
    steps.used = store::keys::last_used(db, workspace, MOST_SEARCHED).await?;
    let delivered = Filter {
        of_keys: true,
        state: Some(DeliveryState::Delivered),
        ..Filter::default()
    };
    steps.delivered = store::webhooks::deliveries::list(db, workspace, delivered, 1)
        .await?
        .pop();
    steps.project = match steps.key.as_ref().and_then(|key| key.project_id) {
        Some(id) => store::projects::find(db, workspace, id).await?,
        None => store::projects::list(db, workspace).await?.pop(),
    };
    if app.profile.welcome.is_some() {
        let owner = match (&steps.project, steps.has_projects) {
            (Some(project), true) => OwnerId(project.id.0),
            _ => OwnerId(workspace.0),
        };
        let filter = store::keys::Filter::default();
        steps.given = store::keys::list(db, owner, &filter, app.now(), MOST_GIVEN).await?;
        steps.given.reverse();
    }
    Ok(steps)
}

/// The environment of the first key: test, where the profile has one.
pub fn first_environment(app: &App) -> Environment {
    let environments = app.profile.environments();
    if environments.contains(&Environment::Test) {
        Environment::Test
    } else {
        Environment::Live
    }
}

/// Whether the first steps are about this key: it is the one of the walk, and no other has been used.
pub async fn is_about(app: &App, account: &Account, key: &Key) -> Result<bool> {
    let steps = steps(app, account).await?;
    if steps.current().is_none() || steps.key.is_none_or(|walk| walk.id != key.id) {
        return Ok(false);
    }
    let db = app.db.reader();
    Ok(!store::keys::is_another_used(db, key.workspace_id, MOST_SEARCHED, key.id).await?)
}

impl Steps {
    /// The first step that is not done; none when everything is.
    pub fn current(&self) -> Option<Step> {
        // Whoever has called has had everything a call takes, even if it is gone by now.
        let has_called = self.used.is_some();
        let walk = [
            (Step::ConfirmEmail, has_called || self.email_confirmed),
            (Step::Workspace, has_called || self.workspace.is_some()),
            (
                Step::Project,
                has_called || !self.has_projects || self.project.is_some(),
            ),
            (Step::Key, has_called || self.key.is_some()),
            (Step::FirstCall, has_called),
            (Step::Webhook, self.delivered.is_some()),
        ];
        walk.into_iter().find(|(_, done)| !done).map(|(step, _)| step)
    }

    /// `done`, `current` or `todo`.
    pub fn state_of(&self, step: Step) -> &'static str {
        match self.current() {
            _ if step == Step::Webhook && self.delivered.is_some() => "done",
            Some(current) if step == current => "current",
            Some(current) if step as u8 > current as u8 => "todo",
            _ => "done",
        }
    }
}
