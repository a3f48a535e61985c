//! What support looks at and does, written where the customer reads it.
//!
//! What is about a workspace stands in its trail. What is about a person stands in a record of their own: they read it on the page of
//! their account, whatever their role is somewhere, and people without a workspace have one too. Each workspace that they belong
//! to is told as well that support was there, because the desk's page names it and what they may do in it; but not why:
//! what a person told support about their account is not their colleagues'.

use uuid::Uuid;

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::error::Result;
use crate::model::account::{Account, AccountEvent};
use crate::model::audit::Action;
use crate::model::workspace::{Membership, Workspace};
use crate::store::account_events::Whom;
use crate::store::{self, Tx};

/// Writes a line into a workspace's trail.
pub(super) async fn of_workspace(
    tx: &Tx,
    app: &App,
    by: &By,
    workspace: &Workspace,
    action: Action,
    details: &str,
) -> Result<()> {
    let subject = Subject {
        name: workspace.name.clone(),
        details: details.to_owned(),
        ..Subject::default()
    };
    audit::record(tx, app, workspace.id, by, action, subject).await
}

/// Writes a line into an account's own record, and one without details into the trail of each workspace that it belongs to.
pub(super) async fn of_account(
    tx: &Tx,
    app: &App,
    by: &By,
    (account, workspaces): (&Account, &[Membership]),
    action: Action,
    details: &str,
) -> Result<()> {
    own(tx, app, by, Whom::Account(account.id), action, details).await?;
    for membership in workspaces {
        let subject = Subject {
            name: account.email.to_string(),
            ..Subject::default()
        };
        audit::record(tx, app, membership.workspace.id, by, action, subject).await?;
    }
    Ok(())
}

/// Writes a line into the record of somebody who has not confirmed their address yet.
pub(super) async fn of_sign_up(tx: &Tx, app: &App, by: &By, id: Uuid, action: Action, details: &str) -> Result<()> {
    own(tx, app, by, Whom::SignUp(id), action, details).await
}

async fn own(tx: &Tx, app: &App, by: &By, whom: Whom, action: Action, details: &str) -> Result<()> {
    let event = AccountEvent {
        action: action.as_str().to_owned(),
        actor_kind: by.actor.kind().to_owned(),
        actor_name: by.actor.name().to_owned(),
        details: details.to_owned(),
        address: by.address.clone(),
        at: app.now(),
    };
    let actor = by.account().map(|id| id.0);
    Ok(store::account_events::insert(tx, app.new_id(), whom, event, actor).await?)
}
