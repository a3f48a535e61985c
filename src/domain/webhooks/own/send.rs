//! Sending by hand: a test event, or something again.

use serde_json::json;

use crate::domain::App;
use crate::domain::access::ManageWorkspace;
use crate::domain::throttle::Attempt;
use crate::domain::webhooks::accept::refuse_off;
use crate::domain::webhooks::own::{open, record};
use crate::domain::webhooks::queue::{self, Event};
use crate::domain::webhooks::resend::begin_anew;
use crate::domain::webhooks::send_test::test_type;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::webhook::{Delivery, DeliveryId};
use crate::store;
use crate::store::db::commit;

/// Sends a test event, whatever the endpoint wants otherwise: a delivery like any other.
pub async fn send_test(app: &App, proof: ManageWorkspace<'_>) -> Result<Delivery> {
    throttle(app, proof)?;
    let tx = app.db.begin().await?;
    let endpoint = open(&tx, proof).await?;
    refuse_off(&endpoint)?;
    let data = json!({ "workspace": proof.workspace().slug, "message": "It works." }).to_string();
    let event = Event {
        event_type: &test_type()?,
        data: &data,
        idempotency: None,
    };
    let delivery = queue::put(&tx, app, &endpoint, event).await?;
    let details = delivery.id.to_string();
    record(&tx, app, proof, &endpoint, Action::WebhookTested, details).await?;
    commit(tx).await?;
    app.dispatch.wake();
    Ok(delivery)
}

/// Sends something again now, under the same id. What is being attempted right now is left alone.
pub async fn resend(app: &App, proof: ManageWorkspace<'_>, id: DeliveryId) -> Result<Delivery> {
    throttle(app, proof)?;
    let tx = app.db.begin().await?;
    let endpoint = open(&tx, proof).await?;
    let delivery = store::webhooks::deliveries::lock(&tx, id).await?;
    let delivery = delivery.filter(|delivery| delivery.endpoint_id == endpoint.id);
    let mut delivery = delivery.ok_or(AppError::NotFound)?;
    if delivery.is_under_way(app.now()) {
        return Ok(delivery);
    }
    refuse_off(&endpoint)?;
    begin_anew(&tx, app, &mut delivery).await?;
    let details = format!("{} {id}", delivery.event_type);
    record(&tx, app, proof, &endpoint, Action::WebhookResent, details).await?;
    commit(tx).await?;
    app.dispatch.wake();
    Ok(delivery)
}

fn throttle(app: &App, proof: ManageWorkspace<'_>) -> Result<()> {
    let workspace = proof.workspace().id.to_string();
    app.throttle.attempt(Attempt::SendByHand, &workspace, app.now())
}
