//! Telling a workspace what happens to its keys and its credits, at its own endpoint, if it has one that wants to know.
//!
//! Each of these is called inside the transaction of what it tells of: either both are true or neither. What is told holds no
//! secret and no key text. The dispatcher looks by itself four times a second, so nobody has to wake it.

use serde_json::{Value, json};

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::webhooks::queue::{self, Event};
use crate::error::Result;
use crate::model::audit::Actor;
use crate::model::ids::{KeyId, WorkspaceId};
use crate::model::key::Key;
use crate::model::timestamp::Timestamp;
use crate::model::webhook::{CustomerEvent, Endpoint};
use crate::store::{self, Tx};

/// A key was created; `replaces` is the one that it took over from, when it was rolled.
pub(in crate::domain) async fn key_created(
    tx: &Tx,
    app: &App,
    key: &Key,
    by: &By,
    replaces: Option<KeyId>,
) -> Result<()> {
    let Some(endpoint) = wanted(tx, key.workspace_id, CustomerEvent::KeyCreated).await? else {
        return Ok(());
    };
    let data = json!({ "key": describe(tx, app, key).await?, "by": who(by), "replaces": replaces });
    tell(tx, app, &endpoint, CustomerEvent::KeyCreated, data).await
}

/// A key was revoked, and how much that may hurt: when it was last used.
pub(in crate::domain) async fn key_revoked(tx: &Tx, app: &App, key: &Key, by: &By) -> Result<()> {
    let Some(endpoint) = wanted(tx, key.workspace_id, CustomerEvent::KeyRevoked).await? else {
        return Ok(());
    };
    let data = json!({
        "key": describe(tx, app, key).await?,
        "by": who(by),
        "revoked_at": moment(key.revoked_at),
        "last_used_at": moment(key.last_use.as_ref().map(|last| last.at)),
        "replaced_by": key.replaced_by,
    });
    tell(tx, app, &endpoint, CustomerEvent::KeyRevoked, data).await
}

/// A key ends within so many days.
pub(in crate::domain) async fn key_expiring(tx: &Tx, app: &App, key: &Key, days: i64) -> Result<()> {
    let Some(endpoint) = wanted(tx, key.workspace_id, CustomerEvent::KeyExpiring).await? else {
        return Ok(());
    };
    let data = json!({ "key": describe(tx, app, key).await?, "days": days });
    tell(tx, app, &endpoint, CustomerEvent::KeyExpiring, data).await
}

/// A key was seen where it must not be; `how` is a word for it ([`crate::model::compromise::CompromisedHow`]).
pub(in crate::domain) async fn key_compromised(tx: &Tx, app: &App, key: &Key, by: &By, how: &str) -> Result<()> {
    let Some(endpoint) = wanted(tx, key.workspace_id, CustomerEvent::KeyCompromised).await? else {
        return Ok(());
    };
    let data = json!({ "key": describe(tx, app, key).await?, "by": who(by), "how": how });
    tell(tx, app, &endpoint, CustomerEvent::KeyCompromised, data).await
}

/// Few credits are left: fewer than the profile's `low`.
pub(in crate::domain) async fn credits_low(tx: &Tx, app: &App, workspace: WorkspaceId, balance: i64) -> Result<()> {
    let Some(endpoint) = wanted(tx, workspace, CustomerEvent::CreditsLow).await? else {
        return Ok(());
    };
    let credits = app.profile.credits.as_ref();
    let data = json!({
        "balance": balance,
        "low": credits.map(|credits| credits.low),
        "unit": credits.map(|credits| &credits.unit),
    });
    tell(tx, app, &endpoint, CustomerEvent::CreditsLow, data).await
}

/// The workspace's own endpoint, if it is on and wants to know.
async fn wanted(tx: &Tx, workspace: WorkspaceId, event: CustomerEvent) -> Result<Option<Endpoint>> {
    let endpoint = store::webhooks::endpoints::hold_own(tx, workspace).await?;
    Ok(endpoint.filter(|endpoint| endpoint.off.is_none() && endpoint.wants(event)))
}

async fn tell(tx: &Tx, app: &App, endpoint: &Endpoint, event: CustomerEvent, data: Value) -> Result<()> {
    let event = Event {
        event_type: &event.into(),
        data: &data.to_string(),
        idempotency: None,
    };
    queue::put(tx, app, endpoint, event).await?;
    Ok(())
}

/// What may be known of a key. Its text is not even here to be told; a public key's is left out all the same.
async fn describe(tx: &Tx, app: &App, key: &Key) -> Result<Value> {
    let project = match key.project_id {
        Some(id) => store::projects::find(tx, key.workspace_id, id).await?,
        None => None,
    };
    Ok(json!({
        "id": key.id,
        "name": key.name,
        "display_prefix": key.display_prefix,
        "type": key.type_id,
        "environment": key.environment.as_str(),
        "scopes": key.scopes,
        "state": key.state_at(app.now()).as_str(),
        "project": project.map(|project| json!({ "id": project.id, "slug": project.slug, "name": project.name })),
        "created_at": key.created_at.rfc3339(),
        "expires_at": moment(key.expires_at),
    }))
}

fn who(by: &By) -> Value {
    let id = match by.actor {
        Actor::Account { id, .. } | Actor::Staff { id, .. } => Some(id.to_string()),
        Actor::Key { id, .. } => Some(id.to_string()),
        Actor::Operator | Actor::Keyhatch => None,
    };
    json!({ "kind": by.actor.kind(), "id": id, "name": by.actor.name() })
}

fn moment(at: Option<Timestamp>) -> Option<String> {
    at.map(Timestamp::rfc3339)
}
