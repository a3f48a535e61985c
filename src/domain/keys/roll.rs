//! Rolling: a new key with the same settings takes over; the old one lives on for a grace.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::audit::{self, Subject};
use crate::domain::keys::change::{open_for_change, refuse_frozen, write};
use crate::domain::keys::issue::{insert_row, key_from};
use crate::domain::keys::reveal::{self, Secrets, Ticket};
use crate::domain::keys::{NewKey, mint};
use crate::domain::verify::changes;
use crate::domain::webhooks::announce;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::expiry;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};
use crate::model::name::Name;
use crate::model::timestamp::{DAY, HOUR, Timestamp};
use crate::model::webhook_url::WebhookUrl;
use crate::store;

/// How long the old key lives on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grace {
    Now,
    OneHour,
    OneDay,
    SevenDays,
}

impl Grace {
    /// Every grace the page offers, shortest first.
    pub const ALL: [Grace; 4] = [Grace::Now, Grace::OneHour, Grace::OneDay, Grace::SevenDays];

    /// The word in the form and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Grace::Now => "now",
            Grace::OneHour => "1h",
            Grace::OneDay => "24h",
            Grace::SevenDays => "7d",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Result<Self> {
        let why = "Choose when the old key stops: now, 1h, 24h or 7d.";
        Self::read(text).ok_or_else(|| AppError::invalid("grace", why))
    }

    /// Reads how long the previous signing secret signs too; nothing: not at all.
    pub fn parse_overlap(text: &str) -> Result<Self> {
        let why = "Choose how long the old secret counts too: now, 1h, 24h or 7d.";
        let text = if text.is_empty() { Grace::Now.as_str() } else { text };
        Self::read(text).ok_or_else(|| AppError::invalid("overlap", why))
    }

    fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grace| grace.as_str() == text)
    }

    /// Milliseconds.
    pub fn millis(self) -> i64 {
        match self {
            Grace::Now => 0,
            Grace::OneHour => HOUR,
            Grace::OneDay => DAY,
            Grace::SevenDays => 7 * DAY,
        }
    }
}

/// Rolls a key; the new one's text waits for the holder of the ticket. Returns the new key's id. A form that is submitted
/// twice rolls once.
pub async fn roll(app: &App, proof: ManageKeys<'_>, id: KeyId, grace: Grace, ticket: &Ticket) -> Result<KeyId> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let tx = app.db.begin().await?;
    store::workspaces::lock(&tx, proof.ring().workspace.id).await?;
    if let Some(made) = store::reveals::submitted(&tx, ticket.nonce_digest(), account).await? {
        return Ok(made);
    }
    let mut old = open_for_change(&tx, app, proof, id).await?;
    refuse_rolled(&old)?;
    let new = same_settings(app, &old)?;
    let minted = mint::mint(app, &new.key_type, new.environment)?;
    let now = app.now();
    // There is nothing to wait for: it is refused already.
    let grace = if old.state == KeyState::Compromised {
        Grace::Now
    } else {
        grace
    };

    // The old key lets go of its name and its place before the new one takes them.
    old.replaced_by = Some(minted.id);
    old.replaced_at = Some(now);
    old.own_expires_at = old.expires_at;
    if grace == Grace::Now {
        old.end(KeyState::Revoked);
        old.revoked_at = Some(now);
    } else {
        let end = now.plus(grace.millis());
        old.expires_at = Some(old.expires_at.map_or(end, |at: Timestamp| at.min(end)));
    }
    // Somebody has chosen this end, and the successor is there: nobody needs to be warned unless the old one is still used then.
    old.next_expiry_notice_at = old
        .expires_at
        .filter(|_| !old.is_frozen())
        .and_then(|end| expiry::notice_of_rolled(end, now));
    let details = match grace {
        Grace::Now => "the old key is revoked".to_owned(),
        _ => format!(
            "the old key works until {}",
            old.expires_at.map_or_else(String::new, Timestamp::rfc3339)
        ),
    };
    let changed = write(&tx, app, proof, &mut old, Action::KeyRolled, details).await?;

    let key = key_from(app, proof, &new, &minted);
    insert_row(&tx, app, proof, &new, &minted, &key).await?;
    // Who sends webhooks in has been told an address, not a key.
    store::inbound_tokens::hand_over(&tx, old.id, key.id).await?;
    let subject = Subject {
        project_id: key.project_id,
        key_id: Some(key.id),
        name: key.called(),
        details: format!("replaces {}", old.display_prefix),
    };
    audit::record(&tx, app, key.workspace_id, proof.by(), Action::KeyCreated, subject).await?;
    announce::key_created(&tx, app, &key, proof.by(), Some(old.id)).await?;
    reveal::note_submission(&tx, app, account, ticket, key.id).await?;
    let secrets = Secrets {
        key: Some(&minted.text),
        signing_secret: minted.signing_secret.as_ref(),
    };
    reveal::put(&tx, app, account, key.id, ticket, secrets).await?;
    changes::commit(app, tx, &changed).await?;
    Ok(key.id)
}

/// The error when somebody wants to roll a key that is revoked, or has been rolled before.
pub fn refuse_rolled(key: &Key) -> Result<()> {
    refuse_frozen(key)?;
    if key.replaced_by.is_some() {
        return Err(AppError::Conflict(
            "This key has been rolled already: its successor can be rolled.".to_owned(),
        ));
    }
    Ok(())
}

/// The settings of a key, for its successor. Its lifetime is as long as the old one's was, counted from now.
fn same_settings(app: &App, old: &Key) -> Result<NewKey> {
    let gone = || AppError::Conflict("This type of key is no longer offered: create a key of another type.".to_owned());
    let key_type = app.profile.key_type(&old.type_id).ok_or_else(gone)?;
    Ok(NewKey {
        name: Name::parse(&old.name).map_err(|message| AppError::Conflict(message.to_owned()))?,
        key_type: key_type.clone(),
        environment: old.environment,
        scopes: old.scopes.clone(),
        allowed_addresses: old.allowed_addresses.clone(),
        expires_at: successor_expiry(old, app.now()),
        webhook_url: old.webhook_url.clone().map(WebhookUrl::kept),
    })
}

/// When a successor made now would expire.
pub fn successor_expiry(old: &Key, now: Timestamp) -> Option<Timestamp> {
    old.expires_at
        .map(|at| now.plus((at.millis() - old.created_at.millis()).max(DAY)))
}
