//! Switching endpoints off and on again.

use crate::domain::App;
use crate::domain::access::{By, ManageKeys};
use crate::domain::audit::{self, Subject};
use crate::domain::mail::outbox;
use crate::domain::webhooks::mails;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::EndpointId;
use crate::model::webhook::{Endpoint, Off, OffReason, StopReason};
use crate::store::db::commit;
use crate::store::{self, Tx};

/// Switches an endpoint of these keys off: what waits for it is given up. Doing it twice changes nothing.
pub async fn switch_off(app: &App, proof: ManageKeys<'_>, id: EndpointId) -> Result<Endpoint> {
    let tx = app.db.begin().await?;
    let mut endpoint = open(&tx, proof, id).await?;
    if endpoint.off.is_none() {
        write_off(&tx, app, &mut endpoint, OffReason::ByHand, proof.by()).await?;
        commit(tx).await?;
    }
    Ok(endpoint)
}

/// Switches it on again, with a clean record. What was given up stays so; it can be sent again one by one.
pub async fn switch_on(app: &App, proof: ManageKeys<'_>, id: EndpointId) -> Result<Endpoint> {
    let tx = app.db.begin().await?;
    let mut endpoint = open(&tx, proof, id).await?;
    if endpoint.off.is_some() {
        write_on(&tx, app, &mut endpoint, proof.by()).await?;
        commit(tx).await?;
    }
    Ok(endpoint)
}

/// Whether an endpoint hangs on this ring; somebody else's is not found.
pub(super) fn is_on_ring(endpoint: &Endpoint, proof: ManageKeys<'_>) -> bool {
    let ring = proof.ring();
    let project = ring.project.as_ref().map(|project| project.id);
    endpoint.workspace_id == ring.workspace.id && endpoint.key_id.is_some() && endpoint.project_id == project
}

async fn open(tx: &Tx, proof: ManageKeys<'_>, id: EndpointId) -> Result<Endpoint> {
    let endpoint = store::webhooks::endpoints::lock(tx, id).await?;
    let endpoint = endpoint.filter(|endpoint| is_on_ring(endpoint, proof));
    endpoint.ok_or(AppError::NotFound)
}

/// Switches off inside a transaction that has locked the endpoint.
pub(super) async fn write_off(tx: &Tx, app: &App, endpoint: &mut Endpoint, reason: OffReason, by: &By) -> Result<()> {
    let now = app.now();
    endpoint.off = Some(Off { at: now, reason });
    store::webhooks::endpoints::update(tx, endpoint).await?;
    store::webhooks::deliveries::stop_to_endpoint(tx, endpoint.id, StopReason::EndpointOff, now).await?;
    let details = match reason {
        OffReason::Failing => "every attempt failed for five days",
        OffReason::Gone => "it answered 410 Gone",
        OffReason::ByHand => "",
    };
    record(tx, app, endpoint, Action::EndpointSwitchedOff, by, details.to_owned()).await
}

/// Switches on inside a transaction that has locked the endpoint.
pub(super) async fn write_on(tx: &Tx, app: &App, endpoint: &mut Endpoint, by: &By) -> Result<()> {
    endpoint.off = None;
    endpoint.failing_since = None;
    store::webhooks::endpoints::update(tx, endpoint).await?;
    record(tx, app, endpoint, Action::EndpointSwitchedOn, by, String::new()).await
}

/// Tells those who can do something about it.
pub(super) async fn tell(tx: &Tx, app: &App, endpoint: &Endpoint) -> Result<()> {
    for mail in mails::endpoint_off(tx, app, endpoint).await? {
        outbox::put(tx, app, &mail).await?;
    }
    Ok(())
}

/// A line in the trail about an endpoint.
pub(super) async fn record(
    tx: &Tx,
    app: &App,
    endpoint: &Endpoint,
    action: Action,
    by: &By,
    details: String,
) -> Result<()> {
    let subject = Subject {
        project_id: endpoint.project_id,
        key_id: endpoint.key_id,
        name: endpoint.url.clone(),
        details,
    };
    audit::record(tx, app, endpoint.workspace_id, by, action, subject).await
}
