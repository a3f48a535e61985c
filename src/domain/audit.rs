//! The audit trail: written inside the transaction of what it tells of, read by the workspace it happened in.

use crate::domain::App;
use crate::domain::access::{By, ManageWorkspace, ReadKeys};
use crate::error::Result;
use crate::model::audit::{Action, Actor, AuditEvent};
use crate::model::counted::Counted;
use crate::model::ids::{AuditEventId, KeyId, ProjectId, WorkspaceId};
use crate::store::audit::NewEvent;
use crate::store::{self, Tx};

/// What an action was done to.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub project_id: Option<ProjectId>,
    pub key_id: Option<KeyId>,
    /// As it is called now: the trail must stay readable when it is gone.
    pub name: String,
    /// A sentence about what changed, or nothing.
    pub details: String,
}

/// Writes a line.
pub async fn record(
    tx: &Tx,
    app: &App,
    workspace: WorkspaceId,
    by: &By,
    action: Action,
    subject: Subject,
) -> Result<()> {
    let actor_id = match by.actor {
        Actor::Account { id, .. } | Actor::Staff { id, .. } => Some(id.0),
        Actor::Key { id, .. } => Some(id.0),
        Actor::Operator | Actor::Keyhatch => None,
    };
    let event = AuditEvent {
        id: AuditEventId(app.new_id()),
        project_id: subject.project_id,
        key_id: subject.key_id,
        action: action.as_str().to_owned(),
        actor_kind: by.actor.kind().to_owned(),
        actor_name: by.actor.name().to_owned(),
        subject: subject.name,
        details: subject.details,
        address: by.address.clone(),
        at: app.now(),
    };
    Ok(store::audit::insert(
        tx,
        NewEvent {
            event,
            workspace_id: workspace,
            actor_id,
        },
    )
    .await?)
}

/// How many lines a page shows.
pub const PAGE: u64 = 50;

/// A page of a trail, newest first.
#[derive(Clone, Debug)]
pub struct Trail {
    pub events: Vec<AuditEvent>,
    /// The cursor of the next page, when there is one.
    pub next: Option<AuditEventId>,
    pub counted: Counted,
}

/// A page of a workspace's trail.
pub async fn page(app: &App, proof: ManageWorkspace<'_>, before: Option<AuditEventId>) -> Result<Trail> {
    read(app, proof.workspace().id, None, before).await
}

/// A page of what the trail says of one key.
pub async fn of_key(app: &App, proof: ReadKeys<'_>, key: KeyId, before: Option<AuditEventId>) -> Result<Trail> {
    read(app, proof.ring().workspace.id, Some(key), before).await
}

async fn read(app: &App, workspace: WorkspaceId, key: Option<KeyId>, before: Option<AuditEventId>) -> Result<Trail> {
    let db = app.db.reader();
    let mut events = store::audit::list(db, workspace, key, before, PAGE + 1).await?;
    let more = events.len() as u64 > PAGE;
    events.truncate(PAGE as usize);
    Ok(Trail {
        next: events.last().filter(|_| more).map(|event| event.id),
        counted: store::audit::counted(db, workspace, key, before).await?,
        events,
    })
}
