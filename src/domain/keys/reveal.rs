//! The reveal: a key's text is shown to one browser, once.
//!
//! Between making and showing, the text is at rest nowhere: the database holds it sealed (AES-256-GCM), and what opens
//! it is only in a short-lived, path-bound cookie of the browser that made it. That sealing key is derived from two
//! things only this browser has, the form's fresh nonce and its `HttpOnly` secret, so that the second half of a double
//! click arrives at the same key even though its browser threw the first answer away.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::domain::access::ManageKeys;
use crate::domain::audit::{self, Subject};
use crate::domain::keys::find;
use crate::domain::verify::changes;
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::{AccountId, KeyId};
use crate::model::key::Key;
use crate::model::key_format::KeyText;
use crate::model::signing_secret::SigningSecret;
use crate::model::timestamp::{DAY, MINUTE};
use crate::store::db::commit;
use crate::store::reveals::Reveal;
use crate::store::{self, Tx};

/// How long a reveal waits for its viewer, in milliseconds.
pub const WAITS: i64 = 10 * MINUTE;

/// How long a form's nonce is remembered, in milliseconds: longer than any session lives.
pub const FORMS_REMEMBERED: i64 = 31 * DAY;

/// A browser's right to see what its form makes.
pub struct Ticket {
    nonce_digest: [u8; 32],
    opener: Opener,
}

/// What opens a seal: the content of the reveal cookie. It cannot be printed.
#[derive(Clone)]
pub struct Opener(seal::SealingKey);

impl std::fmt::Debug for Ticket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ticket(…)")
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opener(…)")
    }
}

impl Ticket {
    /// A ticket from the nonce of a form and the secret of the browser that submits it.
    pub fn new(nonce: &str, browser_secret: &str) -> Self {
        let key = seal::mac(&seal::digest(browser_secret), &[b"reveal", nonce.as_bytes()]);
        Self {
            nonce_digest: seal::digest(nonce),
            opener: Opener(key),
        }
    }

    /// What is kept of the nonce.
    pub fn nonce_digest(&self) -> &[u8] {
        &self.nonce_digest
    }

    /// What the browser is given to open the seal with.
    pub fn opener(&self) -> &Opener {
        &self.opener
    }

    /// Seals what this browser may see, bound to the id of what it belongs to.
    pub(in crate::domain) fn seal(&self, app: &App, about: uuid::Uuid, plain: &[u8]) -> Result<Vec<u8>> {
        Ok(seal::seal(&self.opener.0, &*app.random, about.as_bytes(), plain)?)
    }
}

impl Opener {
    /// For the cookie.
    pub fn to_cookie(&self) -> String {
        seal::encode(self.0.as_slice())
    }

    /// From the cookie.
    pub fn from_cookie(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(seal::decode(text)?);
        let bytes: [u8; 32] = bytes.as_slice().try_into().ok()?;
        Some(Self(Zeroizing::new(bytes)))
    }

    /// Opens what a ticket of this browser sealed; nothing when it was another's.
    pub(in crate::domain) fn open(&self, about: uuid::Uuid, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        seal::open(&self.0, about.as_bytes(), sealed).ok()
    }
}

/// What a reveal page shows.
#[derive(Debug)]
pub enum Shown {
    /// The one view. At least one of the two is there.
    Now {
        key: Key,
        text: Option<KeyText>,
        signing_secret: Option<SigningSecret>,
    },
    /// Something waits, but for another browser.
    Elsewhere { key: Key },
    /// Nothing waits: it was shown (see the key's `revealed_at`), or nobody came in time.
    Over { key: Key },
}

/// Shows what waits for this person and this browser, and takes it away in the same transaction. Only where there is something to
/// show is one begun: the page can be opened as often as anybody likes, and others want to write.
pub async fn view(app: &App, proof: ManageKeys<'_>, id: KeyId, opener: Option<&Opener>) -> Result<Shown> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let key = find(app, proof.read(), id).await?;
    let waiting = store::reveals::waiting(app.db.reader(), id, account, app.now()).await?;
    if opened(&waiting, opener).is_none() {
        return Ok(nothing(key, &waiting));
    }
    let tx = app.db.begin().await?;
    let mut key = store::keys::lock(&tx, proof.ring().owner_id(), id)
        .await?
        .ok_or(AppError::NotFound)?;
    let waiting = store::reveals::waiting(&tx, id, account, app.now()).await?;
    let Some((reveal, plain)) = opened(&waiting, opener) else {
        return Ok(nothing(key, &waiting));
    };
    if !store::reveals::take(&tx, reveal.id).await? {
        return Ok(Shown::Over { key });
    }
    let envelope: Envelope = serde_json::from_slice(&plain).map_err(|error| AppError::Internal(error.into()))?;
    let action = if envelope.key.is_some() {
        Action::KeyRevealed
    } else {
        Action::SigningSecretRevealed
    };
    let mut changed = None;
    if envelope.key.is_some() {
        key.revealed_at = Some(app.now());
        key.version += 1;
        changed = Some(store::keys::update(&tx, &key).await?);
    }
    let subject = Subject {
        project_id: key.project_id,
        key_id: Some(id),
        name: key.called(),
        details: String::new(),
    };
    audit::record(&tx, app, key.workspace_id, proof.by(), action, subject).await?;
    match &changed {
        Some(changed) => changes::commit(app, tx, changed).await?,
        None => commit(tx).await?,
    }
    Ok(Shown::Now {
        key,
        text: envelope.key.map(KeyText::presented),
        signing_secret: envelope.signing_secret.map(SigningSecret::from_text),
    })
}

/// What this browser can open of what waits.
fn opened<'a>(waiting: &'a [Reveal], opener: Option<&Opener>) -> Option<(&'a Reveal, Zeroizing<Vec<u8>>)> {
    waiting.iter().find_map(|reveal| {
        let plain = opener?.open(reveal.key_id.0, &reveal.sealed)?;
        Some((reveal, plain))
    })
}

fn nothing(key: Key, waiting: &[Reveal]) -> Shown {
    if waiting.is_empty() {
        Shown::Over { key }
    } else {
        Shown::Elsewhere { key }
    }
}

/// Sweeps what nobody came to see.
pub async fn sweep(app: &App) -> Result<()> {
    let (db, now) = (app.db.reader(), app.now());
    let forms_before = now.plus(-FORMS_REMEMBERED);
    let is_any_due = store::reveals::is_any_expired(db, now, forms_before).await?
        || store::shown_once::is_any_expired(db, now, forms_before).await?;
    if !is_any_due {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    store::reveals::delete_expired(&tx, now, forms_before).await?;
    store::shown_once::delete_expired(&tx, now, forms_before).await?;
    Ok(commit(tx).await?)
}

/// Notes that the form of this ticket made (or changed) a key.
pub(super) async fn note_submission(tx: &Tx, app: &App, account: AccountId, ticket: &Ticket, id: KeyId) -> Result<()> {
    let noted = store::reveals::note_submission(tx, ticket.nonce_digest(), account, id, app.now()).await;
    noted.map_err(|error| match error {
        // Somebody else's form: its nonce is worth nothing to this account.
        store::Error::Duplicate => AppError::FormExpired,
        other => other.into(),
    })
}

/// What is to be shown.
pub(super) struct Secrets<'a> {
    pub(super) key: Option<&'a KeyText>,
    pub(super) signing_secret: Option<&'a SigningSecret>,
}

/// Seals secrets for the holder of the ticket.
pub(super) async fn put(
    tx: &Tx,
    app: &App,
    account: AccountId,
    id: KeyId,
    ticket: &Ticket,
    secrets: Secrets<'_>,
) -> Result<()> {
    let kind = if secrets.key.is_some() { "key" } else { "signing_secret" };
    let envelope = EnvelopeRef {
        key: secrets.key.map(KeyText::expose_secret),
        signing_secret: secrets.signing_secret.map(SigningSecret::expose_secret),
    };
    let plain = Zeroizing::new(serde_json::to_vec(&envelope).map_err(|error| AppError::Internal(error.into()))?);
    let reveal = Reveal {
        id: app.new_id(),
        key_id: id,
        account_id: account,
        kind: kind.to_owned(),
        sealed: ticket.seal(app, id.0, &plain)?,
        created_at: app.now(),
        expires_at: app.now().plus(WAITS),
    };
    Ok(store::reveals::replace(tx, reveal).await?)
}

#[derive(Serialize)]
struct EnvelopeRef<'a> {
    key: Option<&'a str>,
    signing_secret: Option<&'a str>,
}

#[derive(Deserialize)]
struct Envelope {
    key: Option<String>,
    signing_secret: Option<String>,
}
