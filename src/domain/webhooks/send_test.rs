//! Test events: to see that a receiver is there and believes our signature.

use serde_json::json;

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::throttle::Attempt;
use crate::domain::webhooks::accept::open_endpoint;
use crate::domain::webhooks::attempt::headers;
use crate::domain::webhooks::courier::Outcome;
use crate::domain::webhooks::endpoints::record;
use crate::domain::webhooks::queue::{self, Event};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::KeyId;
use crate::model::signing_secret::SigningSecret;
use crate::model::webhook::{Delivery, DeliveryId, EventType, signature};
use crate::model::webhook_url::WebhookUrl;
use crate::store;
use crate::store::db::commit;

/// The type of test events.
pub const TEST: &str = "webhook.test";

/// Sends a test event to the URL of a key: a delivery like any other.
pub async fn send_test(app: &App, proof: ManageKeys<'_>, id: KeyId) -> Result<Delivery> {
    throttle(app, proof)?;
    let tx = app.db.begin().await?;
    let key = store::keys::lock_shared(&tx, proof.ring().owner_id(), id).await?;
    let key = key.ok_or(AppError::NotFound)?;
    let endpoint = open_endpoint(&tx, app, &key, None).await?;
    let data = json!({ "key_id": id.to_string(), "message": "It works." }).to_string();
    let event = Event {
        event_type: &test_type()?,
        data: &data,
        idempotency: None,
    };
    let delivery = queue::put(&tx, app, &endpoint, event).await?;
    let details = delivery.id.to_string();
    record(&tx, app, &endpoint, Action::WebhookTested, proof.by(), details).await?;
    commit(tx).await?;
    app.dispatch.wake();
    Ok(delivery)
}

/// Sends one test event to a URL that no key has yet, and waits for the answer. Nothing is stored; it is signed with a secret
/// that nobody has.
pub async fn try_url(app: &App, proof: ManageKeys<'_>, url: &str) -> Result<Outcome> {
    let url = WebhookUrl::parse(url, &app.settings.webhooks).map_err(|why| AppError::invalid("webhook_url", why))?;
    throttle(app, proof)?;
    let mut bytes = zeroize::Zeroizing::new([0; crate::model::signing_secret::SECRET_BYTES]);
    app.random.fill(bytes.as_mut_slice());
    let secret = SigningSecret::from_random(&bytes);
    let (id, now) = (DeliveryId(app.new_id()), app.now());
    let body = queue::body(&test_type()?, now, r#"{"message":"It works."}"#).into_bytes();
    let signature = signature::sign(&secret, &id.to_string(), now, &body);
    let headers = headers(id, now, &signature)?;
    Ok(app.courier.post(&url, headers, body.into()).await)
}

fn throttle(app: &App, proof: ManageKeys<'_>) -> Result<()> {
    let workspace = proof.ring().workspace.id.to_string();
    app.throttle.attempt(Attempt::SendByHand, &workspace, app.now())
}

/// The type of test events, as a type.
pub(super) fn test_type() -> Result<EventType> {
    EventType::parse(TEST).map_err(|why| AppError::Internal(anyhow::anyhow!(why)))
}
