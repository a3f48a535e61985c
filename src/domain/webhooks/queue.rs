//! Putting an event where the dispatcher finds it.

use crate::domain::App;
use crate::model::timestamp::Timestamp;
use crate::model::webhook::{Delivery, DeliveryId, DeliveryState, Endpoint, EventType};
use crate::store::{self, Tx};

/// What is to be told.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub event_type: &'a EventType,
    /// JSON, passed on byte for byte.
    pub data: &'a str,
    /// An idempotency key with the fingerprint of its request.
    pub idempotency: Option<(&'a str, Vec<u8>)>,
}

/// Stores an event for an endpoint, inside the transaction of what it tells of. After the commit, call `app.dispatch.wake()`.
pub async fn put(tx: &Tx, app: &App, endpoint: &Endpoint, event: Event<'_>) -> store::Result<Delivery> {
    let now = app.now();
    let (idempotency_key, fingerprint) = event.idempotency.unzip();
    let delivery = Delivery {
        id: DeliveryId(app.new_id()),
        endpoint_id: endpoint.id,
        workspace_id: endpoint.workspace_id,
        project_id: endpoint.project_id,
        key_id: endpoint.key_id,
        url: endpoint.url.clone(),
        event_type: event.event_type.as_str().to_owned(),
        body: body(event.event_type, now, event.data),
        idempotency_key: idempotency_key.map(ToOwned::to_owned),
        state: DeliveryState::Waiting,
        stopped_because: None,
        attempts: 0,
        tries: 0,
        next_attempt_at: Some(now),
        claimed_until: None,
        claimed_by: None,
        created_at: now,
        finished_at: None,
    };
    store::webhooks::deliveries::insert(tx, &delivery, fingerprint).await?;
    Ok(delivery)
}

/// The payload of Standard Webhooks. Neither word needs an escape; the data stays as it was sent.
pub(super) fn body(event_type: &EventType, at: Timestamp, data: &str) -> String {
    let (event_type, at) = (event_type.as_str(), at.rfc3339());
    format!(r#"{{"type":"{event_type}","timestamp":"{at}","data":{data}}}"#)
}
