//! `POST /provider/v1/webhooks`: an event to be delivered to a customer; and how a delivery fares.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::body::{Fields, LargeBody};
use crate::api::caller::Provider;
use crate::api::errors::Result;
use crate::api::idempotency;
use crate::domain::App;
use crate::domain::webhooks::accept::{NewEvent, accept};
use crate::domain::webhooks::look;
use crate::error::AppError;
use crate::model::timestamp::Timestamp;
use crate::model::webhook::{Attempt, Delivery, DeliveryState, EventType};

/// Its address.
pub const WEBHOOKS: &str = "/provider/v1/webhooks";

/// An event. For the documentation: [`read`] reads it.
#[derive(ToSchema)]
#[allow(dead_code, reason = "the shape, for the documentation")]
pub struct EventToSend {
    /// The key whose secret signs it.
    #[schema(format = "uuid")]
    key_id: String,
    /// What happened: letters, digits, dots, hyphens and underscores, such as `invoice.paid`.
    #[schema(min_length = 1, max_length = 100, pattern = "^[A-Za-z0-9._-]+$")]
    r#type: String,
    /// Any JSON of at most 256 KiB; it is passed on byte for byte.
    data: serde_json::Value,
    /// Where to; without it, to the key’s own webhook URL.
    #[schema(format = "uri")]
    url: Option<String>,
    /// Printable ASCII. The same request with the same key is one event, however often it is sent; another request with it is
    /// refused with 422. It counts within the key’s workspace, until 30 days after the delivery has ended. The header
    /// `Idempotency-Key` says the same.
    #[schema(min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
}

/// An event that was accepted: it is stored, and will be delivered.
#[derive(Serialize, ToSchema)]
pub struct EventAccepted {
    /// What the receiver knows as `webhook-id`.
    id: String,
    /// `waiting`
    state: &'static str,
    r#type: String,
    #[schema(format = "uuid")]
    key_id: Option<String>,
    url: String,
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
}

/// How a delivery fares.
#[derive(Serialize, ToSchema)]
pub struct DeliveryView {
    #[serde(flatten)]
    event: EventAccepted,
    /// Why it was given up: `endpoint_off`, `key_revoked` or `no_secret`.
    stopped_because: Option<&'static str>,
    /// `null` while there is one, too.
    #[schema(value_type = Option<String>, format = "date-time")]
    next_attempt_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = "date-time")]
    finished_at: Option<Timestamp>,
    /// Oldest first.
    attempts: Vec<AttemptView>,
}

/// One request that was made.
#[derive(Serialize, ToSchema)]
pub struct AttemptView {
    number: i64,
    #[schema(value_type = String, format = "date-time")]
    at: Timestamp,
    took_ms: i64,
    /// Of the receiver’s answer, when there was one.
    status: Option<u16>,
    /// When there was none: `not_allowed`, `not_found`, `connect`, `tls`, `timed_out` or `broken`.
    failure: Option<String>,
    /// What was connected to.
    address: Option<String>,
}

/// Accepts an event.
#[utoipa::path(
    post,
    path = "/provider/v1/webhooks",
    operation_id = "sendWebhook",
    summary = "Send an event",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same as the field `idempotency_key`.")),
    request_body = EventToSend,
    responses(
        (status = 202, description = "The event is stored, and will be delivered.", body = EventAccepted),
        (status = 404, description = "There is no such key."),
        (status = 409, description = "The key is revoked or has no signing secret, its workspace or project is suspended, or the endpoint is \
            switched off; or the same request is being carried out right now."),
    )
)]
pub async fn send(app: Data<App>, _provider: Provider, request: HttpRequest, body: LargeBody) -> Result<HttpResponse> {
    let (fields, data) = body.read_with_raw("data").await?;
    let event = read(&request, fields, data.map(|data| data.get().to_owned()))?;
    let delivery = accept(&app, &event).await?;
    // As it was when it was accepted, so that the same request gets the same answer.
    let accepted = EventAccepted {
        state: DeliveryState::Waiting.as_str(),
        ..EventAccepted::from(&delivery)
    };
    Ok(HttpResponse::Accepted().json(accepted))
}

/// Tells how a delivery fares.
#[utoipa::path(
    get,
    path = "/provider/v1/webhooks/{id}",
    operation_id = "showWebhook",
    summary = "Show a delivery",
    params(("id" = String, Path, description = "`msg_…`")),
    responses((status = 200, description = "The delivery, with its attempts.", body = DeliveryView))
)]
pub async fn show(app: Data<App>, _provider: Provider, request: HttpRequest) -> Result<HttpResponse> {
    let id = request
        .match_info()
        .query("id")
        .parse()
        .map_err(|_| AppError::NotFound)?;
    let (delivery, attempts) = look::for_provider(&app, id).await?;
    Ok(HttpResponse::Ok().json(DeliveryView {
        event: EventAccepted::from(&delivery),
        stopped_because: delivery.stopped_because.map(|reason| reason.as_str()),
        next_attempt_at: delivery.next_attempt_at.filter(|_| !delivery.is_under_way(app.now())),
        finished_at: delivery.finished_at,
        attempts: attempts.into_iter().map(AttemptView::from).collect(),
    }))
}

fn read(request: &HttpRequest, mut fields: Fields, data: Option<String>) -> Result<NewEvent> {
    let key_id = fields.nullable_text("key_id").flatten();
    let key_id = match key_id.map(|id| id.parse()) {
        Some(Ok(id)) => Some(id),
        Some(Err(_)) => fields.refuse(
            "key_id",
            "Send the id of a key: 32 hexadecimal digits and four hyphens.",
        ),
        None => fields.refuse("key_id", "Send the id of the key whose secret signs the event."),
    };
    let event_type = fields.nullable_text("type").flatten().unwrap_or_default();
    let event_type = match EventType::parse(&event_type) {
        Ok(event_type) => Some(event_type),
        Err(why) => fields.refuse("type", why),
    };
    if data.is_none() {
        fields.refuse::<()>("data", "Send what happened, as any JSON; null is fine.");
    }
    let url = fields.url("url").flatten();
    let idempotency_key = idempotency::key(request, &mut fields);
    fields.finish()?;
    let (Some(key_id), Some(event_type), Some(data)) = (key_id, event_type, data) else {
        return Err(AppError::BadRequest("This request could not be read.").into());
    };
    Ok(NewEvent {
        key_id,
        event_type,
        data,
        url,
        idempotency_key,
    })
}

impl From<&Delivery> for EventAccepted {
    fn from(delivery: &Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            state: delivery.state.as_str(),
            r#type: delivery.event_type.clone(),
            key_id: delivery.key_id.map(|id| id.to_string()),
            url: delivery.url.clone(),
            created_at: delivery.created_at,
        }
    }
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            number: attempt.number,
            at: attempt.at,
            took_ms: attempt.took_millis,
            status: attempt.status,
            failure: attempt.failure,
            address: attempt.address,
        }
    }
}
