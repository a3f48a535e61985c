//! One attempt: sign, send, write down what came of it.

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::webhooks::courier::{HeaderName, HeaderValue, Outcome};
use crate::domain::webhooks::{endpoints, secrets};
use crate::error::{AppError, Result};
use crate::model::timestamp::Timestamp;
use crate::model::webhook::{Attempt, Delivery, DeliveryId, DeliveryState, Endpoint, OffReason, StopReason, schedule};
use crate::model::webhook_url::WebhookUrl;
use crate::store::db::commit;
use crate::store::signing_secrets::SealedSecrets;
use crate::store::{self, Db, Tx};

/// How many bytes of an answer are kept: enough to see what is wrong, and not enough to fill the disk with.
const KEPT_ANSWER: usize = 4 * 1024;

/// A request that is ready to be sent.
struct Signed {
    url: WebhookUrl,
    at: Timestamp,
    signature: String,
    body: Vec<u8>,
}

/// Attempts a delivery that this node has claimed.
pub(super) async fn attempt(app: &App, db: &Db, id: DeliveryId) -> Result<()> {
    let Some(signed) = sign(app, db, id).await? else {
        return Ok(());
    };
    let headers = headers(id, signed.at, &signed.signature)?;
    let outcome = app.courier.post(&signed.url, headers, signed.body.into()).await;
    record(app, db, id, signed.at, signed.signature, &outcome).await
}

/// Signs with the secret as it is now. The key is held meanwhile: no secret is replaced between its reading and its signature,
/// so that the old one signs nothing after a rotation has been answered.
async fn sign(app: &App, db: &Db, id: DeliveryId) -> Result<Option<Signed>> {
    let tx = db.begin().await?;
    let Some(mut delivery) = store::webhooks::deliveries::find_any(&tx, id).await? else {
        return Ok(None);
    };
    if delivery.state != DeliveryState::Waiting || delivery.claimed_by != Some(app.node) {
        return Ok(None);
    }
    let endpoint = store::webhooks::endpoints::find(&tx, delivery.workspace_id, delivery.endpoint_id).await?;
    let Some(endpoint) = endpoint else {
        return Ok(None);
    };
    let at = app.now();
    let signature = match usable_secrets(&tx, &endpoint).await? {
        Ok(secrets) => signature(app, &endpoint, &secrets, &delivery, at),
        Err(why) => Err(why),
    };
    let signature = match signature {
        Ok(signature) => signature,
        Err(why) => {
            stop(&mut delivery, why, at);
            store::webhooks::deliveries::update(&tx, &delivery).await?;
            commit(tx).await?;
            return Ok(None);
        }
    };
    // Nothing was written; it lets go of the key.
    commit(tx).await?;
    Ok(Some(Signed {
        // Whether it may be reached is for the courier to say, each time.
        url: WebhookUrl::kept(endpoint.url),
        at,
        signature,
        body: delivery.body.into_bytes(),
    }))
}

fn signature(
    app: &App,
    endpoint: &Endpoint,
    secrets: &SealedSecrets,
    delivery: &Delivery,
    at: Timestamp,
) -> std::result::Result<String, StopReason> {
    let owner = endpoint.key_id.map_or(endpoint.id.0, |key| key.0);
    let (id, body) = (delivery.id.to_string(), delivery.body.as_bytes());
    match secrets::signatures(app, owner, secrets, &id, at, body) {
        Ok(Some(signature)) => Ok(signature),
        Ok(None) => Err(StopReason::NoSecret),
        Err(error) => {
            // It will not open tomorrow either.
            tracing::error!(error = format!("{error:#}"), "a signing secret cannot be read");
            Err(StopReason::NoSecret)
        }
    }
}

/// The secrets to sign with, or why nothing is sent.
async fn usable_secrets(tx: &Tx, endpoint: &Endpoint) -> Result<std::result::Result<SealedSecrets, StopReason>> {
    if endpoint.off.is_some() {
        return Ok(Err(StopReason::EndpointOff));
    }
    let secrets = match endpoint.key_id {
        None => store::webhooks::endpoints::secrets(tx, endpoint.id).await?,
        Some(id) => {
            let key = store::keys::hold_any(tx, id).await?;
            if key.is_none_or(|key| key.is_frozen()) {
                return Ok(Err(StopReason::KeyRevoked));
            }
            store::signing_secrets::of_key(tx, id).await?
        }
    };
    Ok(Ok(secrets))
}

/// What a receiver checks.
pub(super) fn headers(id: DeliveryId, at: Timestamp, signature: &str) -> Result<Vec<(HeaderName, HeaderValue)>> {
    let value = |text: &str| HeaderValue::try_from(text).map_err(|error| AppError::Internal(error.into()));
    Ok(vec![
        (HeaderName::from_static("webhook-id"), value(&id.to_string())?),
        (
            HeaderName::from_static("webhook-timestamp"),
            value(&at.seconds().to_string())?,
        ),
        (HeaderName::from_static("webhook-signature"), value(signature)?),
        (
            HeaderName::from_static("content-type"),
            HeaderValue::from_static("application/json"),
        ),
        (
            HeaderName::from_static("user-agent"),
            HeaderValue::from_static(concat!("Keyhatch/", env!("CARGO_PKG_VERSION"))),
        ),
    ])
}

/// Writes an attempt down, and what follows from it. Locks the endpoint, then the delivery, as everybody does.
async fn record(app: &App, db: &Db, id: DeliveryId, at: Timestamp, signature: String, outcome: &Outcome) -> Result<()> {
    let tx = db.begin().await?;
    let Some(found) = store::webhooks::deliveries::find_any(&tx, id).await? else {
        return Ok(());
    };
    let endpoint = store::webhooks::endpoints::lock(&tx, found.endpoint_id).await?;
    let delivery = store::webhooks::deliveries::lock(&tx, id).await?;
    let (Some(mut endpoint), Some(mut delivery)) = (endpoint, delivery) else {
        return Ok(());
    };
    delivery.attempts += 1;
    let attempt = written_down(delivery.attempts, at, signature, outcome);
    store::webhooks::attempts::insert(&tx, app.new_id(), id, &attempt).await?;
    let now = app.now();
    let is_ours = delivery.state == DeliveryState::Waiting && delivery.claimed_by == Some(app.node);
    let mut off = None;
    if attempt.succeeded() {
        // Whatever has become of it meanwhile: it has arrived.
        finish(&mut delivery, DeliveryState::Delivered, now);
        if endpoint.failing_since.take().is_some() {
            store::webhooks::endpoints::update(&tx, &endpoint).await?;
        }
    } else if is_ours {
        off = fail(app, &mut delivery, &mut endpoint, &attempt, outcome);
        store::webhooks::endpoints::update(&tx, &endpoint).await?;
    }
    store::webhooks::deliveries::update(&tx, &delivery).await?;
    if let Some(reason) = off {
        endpoints::write_off(&tx, app, &mut endpoint, reason, &By::keyhatch()).await?;
        endpoints::tell(&tx, app, &endpoint).await?;
    }
    commit(tx).await?;
    if off.is_some() {
        app.mailer.wake();
    }
    Ok(())
}

/// A failed attempt: when the next is due, or that there is none; and why the endpoint is to be switched off, if it is.
fn fail(
    app: &App,
    delivery: &mut Delivery,
    endpoint: &mut Endpoint,
    attempt: &Attempt,
    outcome: &Outcome,
) -> Option<OffReason> {
    let now = app.now();
    delivery.tries += 1;
    if endpoint.off.is_some() {
        // It was switched off while this was under way, and whoever did it left alone what was.
        stop(delivery, StopReason::EndpointOff, now);
        return None;
    }
    let failing_since = *endpoint.failing_since.get_or_insert(attempt.at);
    let asked = outcome.answer.as_ref().ok().and_then(|answer| answer.retry_after);
    let asked = asked.map(|asked| asked.moment(now).millis() - now.millis());
    let random = u32::from_le_bytes(crate::random::bytes(&*app.random));
    match schedule::next_attempt(delivery.tries, now, asked, random) {
        Some(next) => {
            delivery.next_attempt_at = Some(next);
            delivery.claimed_until = None;
            delivery.claimed_by = None;
        }
        None => finish(delivery, DeliveryState::Failed, now),
    }
    if attempt.status == Some(410) {
        Some(OffReason::Gone)
    } else {
        schedule::is_to_be_switched_off(failing_since, delivery.tries, now).then_some(OffReason::Failing)
    }
}

fn finish(delivery: &mut Delivery, state: DeliveryState, now: Timestamp) {
    delivery.state = state;
    delivery.stopped_because = None;
    delivery.next_attempt_at = None;
    delivery.claimed_until = None;
    delivery.claimed_by = None;
    delivery.finished_at = Some(now);
}

fn stop(delivery: &mut Delivery, why: StopReason, now: Timestamp) {
    finish(delivery, DeliveryState::Stopped, now);
    delivery.stopped_because = Some(why);
}

fn written_down(number: i64, at: Timestamp, signature: String, outcome: &Outcome) -> Attempt {
    let answer = outcome.answer.as_ref();
    Attempt {
        number,
        at,
        took_millis: i64::try_from(outcome.took.as_millis()).unwrap_or(i64::MAX),
        status: answer.ok().map(|answer| answer.status),
        failure: answer.err().map(|failure| failure.code().to_owned()),
        answer: answer.ok().map(|answer| {
            let kept = answer.body.len().min(KEPT_ANSWER);
            String::from_utf8_lossy(&answer.body[..kept]).into_owned()
        }),
        answer_cut: answer.is_ok_and(|answer| answer.cut || answer.body.len() > KEPT_ANSWER),
        address: outcome.address.map(|address| address.to_string()),
        timestamp_header: at.seconds().to_string(),
        signature_header: signature,
    }
}
