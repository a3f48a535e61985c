//! The one view of the endpoint's secret. Between making and showing, it is sealed as a key's text is: what opens it is only in a
//! cookie of the browser that made it (see [`crate::domain::keys::reveal`]).

use crate::domain::App;
use crate::domain::access::ManageWorkspace;
use crate::domain::keys::Ticket;
use crate::domain::keys::reveal::{Opener, WAITS};
use crate::domain::webhooks::own::{open, record};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::{AccountId, EndpointId};
use crate::model::signing_secret::SigningSecret;
use crate::store::db::commit;
use crate::store::endpoint_reveals::EndpointReveal;
use crate::store::{self, Tx};

/// What the page shows.
#[derive(Debug)]
pub enum Shown {
    /// The one view.
    Now(SigningSecret),
    /// Something waits, but for another browser.
    Elsewhere,
    /// Nothing waits: it was shown, or nobody came in time.
    Over,
}

/// Shows what waits for this person and this browser, and takes it away in the same transaction.
pub async fn view(app: &App, proof: ManageWorkspace<'_>, opener: Option<&Opener>) -> Result<Shown> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let tx = app.db.begin().await?;
    let endpoint = open(&tx, proof).await?;
    let waiting = store::endpoint_reveals::waiting(&tx, endpoint.id, account, app.now()).await?;
    if waiting.is_empty() {
        return Ok(Shown::Over);
    }
    let opened = waiting
        .iter()
        .find_map(|(nonce, sealed)| Some((nonce, opener?.open(endpoint.id.0, sealed)?)));
    let Some((nonce, plain)) = opened else {
        return Ok(Shown::Elsewhere);
    };
    if !store::endpoint_reveals::take(&tx, nonce).await? {
        return Ok(Shown::Over);
    }
    let text = std::str::from_utf8(&plain).map_err(|error| AppError::Internal(error.into()))?;
    let secret = SigningSecret::from_text(text.to_owned());
    record(&tx, app, proof, &endpoint, Action::SigningSecretRevealed, String::new()).await?;
    commit(tx).await?;
    Ok(Shown::Now(secret))
}

/// Seals a secret for the holder of the ticket, and notes that his form has been submitted.
pub(super) async fn put(
    tx: &Tx,
    app: &App,
    account: AccountId,
    endpoint: EndpointId,
    ticket: &Ticket,
    secret: &SigningSecret,
) -> Result<()> {
    let reveal = EndpointReveal {
        nonce_digest: ticket.nonce_digest().to_vec(),
        endpoint_id: endpoint,
        account_id: account,
        // Sealing is what the text is for.
        sealed: ticket.seal(app, endpoint.0, secret.expose_secret().as_bytes())?,
        created_at: app.now(),
        expires_at: app.now().plus(WAITS),
    };
    let put = store::endpoint_reveals::replace(tx, reveal).await;
    put.map_err(|error| match error {
        // Somebody else's form: its nonce is worth nothing to this account.
        store::Error::Duplicate => AppError::FormExpired,
        other => other.into(),
    })
}
