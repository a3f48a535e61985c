//! Accepting an event: a provider that is told that it is accepted can forget about it.

use crate::domain::App;
use crate::domain::keys::refuse_frozen;
use crate::domain::seal;
use crate::domain::webhooks::queue::{self, Event};
use crate::error::{AppError, Result};
use crate::model::ids::{EndpointId, KeyId};
use crate::model::key::Key;
use crate::model::webhook::{Delivery, Endpoint, EventType, OffReason};
use crate::model::webhook_url::WebhookUrl;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// An event of the provider's, for one key.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub key_id: KeyId,
    pub event_type: EventType,
    /// JSON, passed on byte for byte.
    pub data: String,
    /// Instead of the key's own.
    pub url: Option<String>,
    /// Of the workspace: the same key with the same request is the same event, for as long as that is kept.
    pub idempotency_key: Option<String>,
}

/// Stores an event, to be delivered at once. Only the provider does this, with a service token.
pub async fn accept(app: &App, new: &NewEvent) -> Result<Delivery> {
    match store_once(app, new).await {
        // The same request came twice at the same moment. The other one has been stored by now.
        Err(Refused::TwiceAtOnce) => store_once(app, new).await.map_err(Refused::into_error),
        other => other.map_err(Refused::into_error),
    }
}

enum Refused {
    TwiceAtOnce,
    Because(AppError),
}

impl Refused {
    fn into_error(self) -> AppError {
        match self {
            Self::TwiceAtOnce => AppError::Conflict("The same request is being carried out right now.".to_owned()),
            Self::Because(error) => error,
        }
    }
}

impl<E: Into<AppError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Because(error.into())
    }
}

async fn store_once(app: &App, new: &NewEvent) -> std::result::Result<Delivery, Refused> {
    let tx = app.db.begin().await?;
    let key = store::keys::hold_any(&tx, new.key_id)
        .await?
        .ok_or(AppError::NotFound)?;
    let fingerprint = fingerprint(new);
    if let Some(idempotency_key) = &new.idempotency_key {
        let known = store::webhooks::deliveries::find_by_idempotency_key(&tx, key.workspace_id, idempotency_key);
        if let Some((known, of_known)) = known.await? {
            return if of_known == fingerprint {
                Ok(known)
            } else {
                let why = "This key was used for another request of this workspace: use a new one for each event.";
                Err(AppError::invalid("idempotency_key", why).into())
            };
        }
    }
    let workspace = store::workspaces::find(&tx, key.workspace_id).await?;
    if workspace.is_some_and(|workspace| workspace.suspended_at.is_some()) {
        return Err(AppError::Conflict("The key’s workspace is suspended.".to_owned()).into());
    }
    if let Some(project) = key.project_id {
        let project = store::projects::find(&tx, key.workspace_id, project).await?;
        if project.is_some_and(|project| project.suspended_at.is_some()) {
            return Err(AppError::Conflict("The key’s project is suspended.".to_owned()).into());
        }
    }
    let endpoint = open_endpoint(&tx, app, &key, new.url.as_deref()).await?;
    let event = Event {
        event_type: &new.event_type,
        data: &new.data,
        idempotency: new.idempotency_key.as_deref().map(|key| (key, fingerprint)),
    };
    let delivery = queue::put(&tx, app, &endpoint, event)
        .await
        .map_err(|error| match error {
            store::Error::Duplicate => Refused::TwiceAtOnce,
            other => Refused::Because(other.into()),
        })?;
    commit(tx).await?;
    app.dispatch.wake();
    Ok(delivery)
}

/// The endpoint of a key that is allowed to have events, at a URL or at its own.
pub(super) async fn open_endpoint(tx: &Tx, app: &App, key: &Key, url: Option<&str>) -> Result<Endpoint> {
    refuse_frozen(key)?;
    if !key.has_signing_secret {
        return Err(AppError::Conflict(
            "Keys of this type have no signing secret: nobody could tell that the event is from us.".to_owned(),
        ));
    }
    let Some(url) = url.or(key.webhook_url.as_deref()) else {
        let why = "The key has no webhook URL: send one, or have one set on the key’s page.";
        return Err(AppError::invalid("url", why));
    };
    let url = WebhookUrl::parse(url, &app.settings.webhooks).map_err(|why| AppError::invalid("url", why))?;
    let endpoint = Endpoint {
        id: EndpointId(app.new_id()),
        workspace_id: key.workspace_id,
        project_id: key.project_id,
        key_id: Some(key.id),
        url: url.to_string(),
        event_types: None,
        failing_since: None,
        off: None,
        previous_secret_until: None,
        created_at: app.now(),
    };
    let endpoint = store::webhooks::endpoints::of_key(tx, &endpoint).await?;
    refuse_off(&endpoint)?;
    Ok(endpoint)
}

/// The error when somebody wants to send something to an endpoint that is switched off.
pub(super) fn refuse_off(endpoint: &Endpoint) -> Result<()> {
    let Some(off) = endpoint.off else {
        return Ok(());
    };
    let why = match off.reason {
        OffReason::Failing => "every attempt failed for five days",
        OffReason::Gone => "it answered 410 Gone",
        OffReason::ByHand => "somebody switched it off",
    };
    Err(AppError::Conflict(format!(
        "This endpoint is switched off since {}, because {why}. It can be switched on again in the dashboard.",
        off.at.exact()
    )))
}

/// What makes two requests the same.
fn fingerprint(new: &NewEvent) -> Vec<u8> {
    let parts = [
        new.key_id.0.as_bytes().as_slice(),
        new.event_type.as_str().as_bytes(),
        new.data.as_bytes(),
        // No URL is empty: to send none is another request.
        new.url.as_deref().unwrap_or_default().as_bytes(),
    ];
    seal::mac(&[0; 32], &parts).to_vec()
}
