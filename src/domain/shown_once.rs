//! Secrets that are shown once, whatever they belong to: sealed meanwhile for the browser that made them, as a key's text is
//! ([`crate::domain::keys::reveal`]).

use uuid::Uuid;
use zeroize::Zeroizing;

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

/// What a page shows when nothing waits for this person and this browser, found out without a transaction: the page can be opened as
/// often as anybody likes, and others want to write. Nothing when there is something to [`take`].
pub(in crate::domain) async fn nothing(
    app: &App,
    account: AccountId,
    subject: Uuid,
    opener: Option<&Opener>,
) -> Result<Option<Shown>> {
    let waiting = store::shown_once::waiting(app.db.reader(), subject, account, app.now()).await?;
    Ok(match opened(&waiting, subject, opener) {
        Some(_) => None,
        None if waiting.is_empty() => Some(Shown::Over),
        None => Some(Shown::Elsewhere),
    })
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
    let Some((nonce, plain)) = opened(&waiting, subject, opener) else {
        return Ok(Shown::Elsewhere);
    };
    if !store::shown_once::take(tx, nonce).await? {
        return Ok(Shown::Over);
    }
    let text = std::str::from_utf8(&plain).map_err(|error| AppError::Internal(error.into()))?;
    Ok(Shown::Now(KeyText::presented(text.to_owned())))
}

/// What this browser can open, by the name under which it waits.
fn opened<'a>(
    waiting: &'a [(Vec<u8>, Vec<u8>)],
    subject: Uuid,
    opener: Option<&Opener>,
) -> Option<(&'a [u8], Zeroizing<Vec<u8>>)> {
    waiting
        .iter()
        .find_map(|(nonce, sealed)| Some((nonce.as_slice(), opener?.open(subject, sealed)?)))
}

/// Seals a secret for the holder of the ticket, and notes that their form has been submitted.
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
