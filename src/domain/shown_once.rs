//! Secrets that are shown once, whatever they belong to: sealed meanwhile for the browser that made them, as a key's text is
//! ([`crate::domain::keys::reveal`]).

use uuid::Uuid;

use crate::domain::App;
use crate::domain::keys::Ticket;
use crate::domain::keys::reveal::{Opener, WAITS};
use crate::error::{AppError, Result};
use crate::model::ids::AccountId;
use crate::model::key_format::KeyText;
use crate::store::shown_once::Waiting;
use crate::store::{self, Tx};

/// What a page shows.
#[derive(Debug)]
pub enum Shown {
    /// The one view.
    Now(KeyText),
    /// Something waits, but for another browser.
    Elsewhere,
    /// Nothing waits: it was shown, or nobody came in time.
    Over,
}

/// Takes what waits for this person and this browser out of the database. Whoever shows it records that, and commits.
pub(in crate::domain) async fn take(
    tx: &Tx,
    app: &App,
    account: AccountId,
    subject: Uuid,
    opener: Option<&Opener>,
) -> Result<Shown> {
    let waiting = store::shown_once::waiting(tx, subject, account, app.now()).await?;
    if waiting.is_empty() {
        return Ok(Shown::Over);
    }
    let opened = waiting
        .iter()
        .find_map(|(nonce, sealed)| Some((nonce, opener?.open(subject, sealed)?)));
    let Some((nonce, plain)) = opened else {
        return Ok(Shown::Elsewhere);
    };
    if !store::shown_once::take(tx, nonce).await? {
        return Ok(Shown::Over);
    }
    let text = std::str::from_utf8(&plain).map_err(|error| AppError::Internal(error.into()))?;
    Ok(Shown::Now(KeyText::presented(text.to_owned())))
}

/// Seals a secret for the holder of the ticket, and notes that his form has been submitted.
pub(in crate::domain) async fn put(
    tx: &Tx,
    app: &App,
    account: AccountId,
    subject: Uuid,
    ticket: &Ticket,
    secret: &str,
) -> Result<()> {
    let waiting = Waiting {
        nonce_digest: ticket.nonce_digest().to_vec(),
        subject,
        account_id: account,
        sealed: ticket.seal(app, subject, secret.as_bytes())?,
        created_at: app.now(),
        expires_at: app.now().plus(WAITS),
    };
    let put = store::shown_once::replace(tx, waiting).await;
    put.map_err(|error| match error {
        // Somebody else's form: its nonce is worth nothing to this account.
        store::Error::Duplicate => AppError::FormExpired,
        other => other.into(),
    })
}
