//! Setting and changing the endpoint: its URL, and what it wants to be told.

use crate::domain::App;
use crate::domain::access::ManageWorkspace;
use crate::domain::keys::{Ticket, mint_signing_secret};
use crate::domain::seen as shown;
use crate::domain::shown_once;
use crate::domain::webhooks::own::{open, record};
use crate::domain::webhooks::secrets;
use crate::error::{AppError, FieldErrors, Result};
use crate::model::audit::Action;
use crate::model::ids::EndpointId;
use crate::model::webhook::{CustomerEvent, Endpoint};
use crate::model::webhook_url::WebhookUrl;
use crate::store;
use crate::store::db::commit;

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct Input {
    pub url: String,
    /// The words of [`CustomerEvent`].
    pub events: Vec<String>,
}

impl Input {
    fn check(&self, app: &App) -> Result<(WebhookUrl, Vec<String>)> {
        let mut errors = FieldErrors::default();
        let url = errors.check("url", WebhookUrl::parse(&self.url, &app.settings.webhooks));
        let events = errors.check("events", CustomerEvent::parse_choice(&self.events));
        match (url, events) {
            (Some(url), Some(events)) => Ok((url, events.iter().map(|event| event.as_str().to_owned()).collect())),
            _ => Err(AppError::Invalid(errors)),
        }
    }
}

/// Sets the endpoint of a workspace that has none; its secret waits for the holder of the ticket. A form that is submitted twice sets
/// it once.
pub async fn create(app: &App, proof: ManageWorkspace<'_>, input: &Input, ticket: &Ticket) -> Result<()> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let (url, events) = input.check(app)?;
    let tx = app.db.begin().await?;
    // The lock puts the two submissions of a double click one after the other.
    store::workspaces::lock(&tx, proof.workspace().id).await?;
    if store::shown_once::submitted(&tx, ticket.nonce_digest(), account)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let endpoint = Endpoint {
        id: EndpointId(app.new_id()),
        workspace_id: proof.workspace().id,
        project_id: None,
        key_id: None,
        url: url.to_string(),
        event_types: Some(events.clone()),
        failing_since: None,
        off: None,
        previous_secret_until: None,
        created_at: app.now(),
    };
    let secret = mint_signing_secret(app);
    let sealed = secrets::seal(app, endpoint.id.0, &secret)?;
    let inserted = store::webhooks::endpoints::insert_own(&tx, &endpoint, sealed).await;
    inserted.map_err(|error| match error {
        store::Error::Duplicate => AppError::Conflict(
            "This workspace has a webhook endpoint already: somebody has set it a moment ago. Open the page again."
                .to_owned(),
        ),
        other => other.into(),
    })?;
    let details = format!("events: {}", events.join(", "));
    record(&tx, app, proof, &endpoint, Action::EndpointCreated, details).await?;
    // Sealing is what the text is for.
    shown_once::put(&tx, app, account, endpoint.id.0, ticket, secret.expose_secret()).await?;
    Ok(commit(tx).await?)
}

/// What the form of an endpoint shows ([`shown::mark`]).
pub fn seen(endpoint: &Endpoint) -> String {
    shown::mark(&serde_json::json!([endpoint.url, endpoint.event_types]))
}

/// Changes the endpoint. What waits for it goes to the new URL. What was saved since the form was opened is not overwritten, when the
/// form says what it showed.
pub async fn change(app: &App, proof: ManageWorkspace<'_>, input: &Input, known: Option<&str>) -> Result<()> {
    let (url, events) = input.check(app)?;
    let tx = app.db.begin().await?;
    let mut endpoint = open(&tx, proof).await?;
    let seen_before = seen(&endpoint);
    let mut details = Vec::new();
    if endpoint.url != url.to_string() {
        details.push(format!("URL: {} → {url}", endpoint.url));
        endpoint.url = url.to_string();
        // What failed, failed elsewhere.
        endpoint.failing_since = None;
    }
    let before = endpoint.event_types.replace(events.clone()).unwrap_or_default();
    if before != events {
        details.push(format!("events: {} → {}", before.join(", "), events.join(", ")));
    }
    if details.is_empty() {
        return Ok(());
    }
    shown::refuse_overwriting(known, &seen_before, &seen(&endpoint))?;
    store::webhooks::endpoints::update(&tx, &endpoint).await?;
    record(&tx, app, proof, &endpoint, Action::EndpointChanged, details.join("; ")).await?;
    Ok(commit(tx).await?)
}
