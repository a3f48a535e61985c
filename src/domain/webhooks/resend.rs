//! Sending an event again: the same event under the same id, from the beginning of the schedule.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::keys::refuse_frozen;
use crate::domain::throttle::Attempt;
use crate::domain::webhooks::accept::refuse_off;
use crate::domain::webhooks::endpoints::{is_on_ring, record};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::webhook::{Delivery, DeliveryId, DeliveryState};
use crate::store::db::commit;
use crate::store::{self, Tx};

/// Sends it again now, whatever has become of it. What is being attempted right now is left alone.
pub async fn resend(app: &App, proof: ManageKeys<'_>, id: DeliveryId) -> Result<Delivery> {
    let workspace = proof.ring().workspace.id;
    let now = app.now();
    app.throttle.attempt(Attempt::SendByHand, &workspace.to_string(), now)?;
    let tx = app.db.begin().await?;
    let found = store::webhooks::deliveries::find(&tx, workspace, id).await?;
    let found = found.ok_or(AppError::NotFound)?;
    // Always the key first, then the endpoint: so does everybody who locks them.
    if let Some(key) = found.key_id {
        let key = store::keys::hold_any(&tx, key).await?.ok_or(AppError::NotFound)?;
        refuse_frozen(&key)?;
    }
    let endpoint = store::webhooks::endpoints::lock(&tx, found.endpoint_id).await?;
    let endpoint = endpoint.filter(|endpoint| is_on_ring(endpoint, proof));
    let endpoint = endpoint.ok_or(AppError::NotFound)?;
    let delivery = store::webhooks::deliveries::lock(&tx, id).await?;
    let mut delivery = delivery.ok_or(AppError::NotFound)?;
    if delivery.is_under_way(now) {
        return Ok(delivery);
    }
    refuse_off(&endpoint)?;
    begin_anew(&tx, app, &mut delivery).await?;
    let details = format!("{} {id}", delivery.event_type);
    record(&tx, app, &endpoint, Action::WebhookResent, proof.by(), details).await?;
    commit(tx).await?;
    app.dispatch.wake();
    Ok(delivery)
}

/// Writes a locked delivery as due now, at the beginning of the schedule.
pub(super) async fn begin_anew(tx: &Tx, app: &App, delivery: &mut Delivery) -> Result<()> {
    delivery.state = DeliveryState::Waiting;
    delivery.stopped_because = None;
    delivery.tries = 0;
    delivery.next_attempt_at = Some(app.now());
    delivery.claimed_until = None;
    delivery.claimed_by = None;
    delivery.finished_at = None;
    Ok(store::webhooks::deliveries::update(tx, delivery).await?)
}
