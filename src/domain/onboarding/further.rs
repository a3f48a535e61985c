//! What the provider adds to the first steps, each ticked by a fact.

use super::steps::{Further, Steps};
use crate::domain::App;
use crate::error::Result;
use crate::profile::{Environment, Fact};
use crate::store;

/// The provider's steps, for somebody whose own are these.
pub(super) async fn of(app: &App, steps: &Steps) -> Result<Vec<Further>> {
    let mut further = Vec::with_capacity(app.profile.welcome_steps.len());
    for step in &app.profile.welcome_steps {
        let is_done = match step.done_when {
            None => None,
            Some(fact) => Some(is_so(app, steps, fact).await?),
        };
        further.push(Further {
            step: step.clone(),
            is_done,
        });
    }
    Ok(further)
}

async fn is_so(app: &App, steps: &Steps, fact: Fact) -> Result<bool> {
    let (db, workspace) = (app.db.reader(), steps.workspace.as_ref());
    let workspace = workspace.map(|membership| membership.workspace.id);
    Ok(match (fact, workspace) {
        (Fact::EmailConfirmed, _) => steps.email_confirmed,
        (Fact::Workspace, workspace) => workspace.is_some(),
        (Fact::Project, _) => steps.project.is_some(),
        (Fact::Key, _) => steps.key.is_some() || steps.used.is_some(),
        (Fact::FirstRequest, _) => steps.used.is_some(),
        (Fact::Webhook, _) => steps.delivered.is_some(),
        (Fact::LiveKey | Fact::SecondMember, None) => false,
        (Fact::LiveKey, Some(workspace)) => {
            let live = Environment::Live.as_str();
            store::keys::newest_active(db, workspace, live, app.now())
                .await?
                .is_some()
        }
        (Fact::SecondMember, Some(workspace)) => store::members::count(db, workspace).await? > 1,
    })
}
