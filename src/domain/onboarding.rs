//! The first steps of a newcomer, each derived from facts: nothing here remembers that somebody was here, but that they have put
//! them away.

mod calls;
mod dismiss;
pub mod first_request;
mod further;
mod place;
mod steps;
pub mod watchers;

use calls::MOST_SEARCHED;
pub use dismiss::{bring_back, dismiss};
pub use steps::{Further, Step, Steps};

use crate::domain::App;
use crate::error::Result;
use crate::model::account::Account;
use crate::model::ids::{OwnerId, WorkspaceId};
use crate::model::key::{Key, KeyStatus};
use crate::model::webhook::DeliveryState;
use crate::profile::{Environment, KeyOwner};
use crate::store;
use crate::store::webhooks::deliveries::Filter;

/// How many keys are shown as given: more than a profile is likely to give.
const MOST_GIVEN: u64 = 12;

/// Looks at the facts as they are at this moment.
pub async fn steps(app: &App, account: &Account) -> Result<Steps> {
    let place = place::of(app, account).await?;
    let mut steps = Steps {
        email_confirmed: account.email_confirmed_at.is_some(),
        workspace: place.as_ref().map(|place| place.membership.clone()),
        is_joined: place.as_ref().is_some_and(|place| place.is_joined),
        has_keys: false,
        project: None,
        key: None,
        used: None,
        delivered: None,
        given: Vec::new(),
        has_projects: app.profile.api.keys_belong_to == KeyOwner::Project,
        further: Vec::new(),
    };
    if let Some(place) = &place {
        look_around(app, account, place, &mut steps).await?;
    }
    steps.further = further::of(app, &steps).await?;
    Ok(steps)
}

async fn look_around(app: &App, account: &Account, place: &place::Place, steps: &mut Steps) -> Result<()> {
    let (db, workspace) = (app.db.reader(), place.membership.workspace.id);
    let calls = calls::look(app, account, place).await?;
    let environment = first_environment(app);
    steps.used = calls.used;
    if place.is_joined {
        steps.has_keys = store::keys::has_any_in(db, workspace).await?;
        let works = |key: &Key| matches!(key.status(app.now()), KeyStatus::Active | KeyStatus::Expiring(_));
        let mut own = calls.own.into_iter();
        steps.key = own.find(|key| key.environment == environment && works(key));
    } else {
        steps.key = store::keys::newest_active(db, workspace, environment.as_str(), app.now()).await?;
    }
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
    if app.profile.welcome.is_some() && !place.is_joined {
        let owner = match (&steps.project, steps.has_projects) {
            (Some(project), true) => OwnerId(project.id.0),
            _ => OwnerId(workspace.0),
        };
        let filter = store::keys::Filter::default();
        steps.given = store::keys::list(db, owner, &filter, app.now(), MOST_GIVEN).await?;
        steps.given.reverse();
    }
    Ok(())
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

/// How many steps somebody still has to take to a first request in this workspace; none where the steps are elsewhere, or put away.
pub async fn left(app: &App, account: &Account, workspace: WorkspaceId) -> Result<usize> {
    if account.welcome_dismissed_at.is_some() {
        return Ok(0);
    }
    let place = place::of(app, account).await?;
    let Some(place) = place.filter(|place| place.membership.workspace.id == workspace) else {
        return Ok(0);
    };
    // What is written down says enough of nearly everybody.
    if !place.is_joined {
        let used = store::keys::last_used(app.db.reader(), workspace, MOST_SEARCHED).await?;
        if used.is_some() {
            return Ok(0);
        }
    }
    Ok(steps(app, account).await?.left())
}

/// Whether the first steps are about this key: it is the one of the walk, and no other has been used.
pub async fn is_about(app: &App, account: &Account, key: &Key) -> Result<bool> {
    if account.welcome_dismissed_at.is_some() {
        return Ok(false);
    }
    let steps = steps(app, account).await?;
    if steps.current().is_none() || steps.key.is_none_or(|walk| walk.id != key.id) {
        return Ok(false);
    }
    if steps.is_joined {
        return Ok(steps.used.is_none_or(|used| used.id == key.id));
    }
    let db = app.db.reader();
    Ok(!store::keys::is_another_used(db, key.workspace_id, MOST_SEARCHED, key.id).await?)
}
