//! A report: what the owner of the key wants done is done, in one transaction, and its people are told. The same report twice
//! is one.

use std::net::IpAddr;

use super::{mails, rule};
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::domain::keys::compromise;
use crate::domain::mail::outbox;
use crate::domain::throttle::Attempt;
use crate::domain::verify::changes;
use crate::domain::{App, seal};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::audit::{Action, Actor};
use crate::model::key::{Key, KeyState};
use crate::model::leak::{LeakAction, LeakSource, parse_place};
use crate::store::changes::Changed;
use crate::store::db::commit;
use crate::store::leaks::NewReport;
use crate::store::verification::FoundKey;
use crate::store::{self, Tx};

/// How many reports of one key its people hear of while it stays as it is: whoever has it could name ever other places.
const MOST_REPORTS: u64 = 10;

/// What is reported.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What may be a key.
    pub text: &'a str,
    /// Where it was found; see [`crate::model::leak::parse_place`].
    pub place: Option<&'a str>,
    pub source: LeakSource,
    /// Who reports it.
    pub address: Option<IpAddr>,
}

/// A report by somebody who has the key. They are told no more than that it was received: what they have may be anything.
pub async fn report_held(app: &App, text: &str, place: &str, address: Option<IpAddr>) -> Result<()> {
    let text = text.trim();
    let mut errors = FieldErrors::default();
    let is_like_a_key = app.profile.key_types_of_text(text).next().is_some();
    let why = || {
        format!(
            "This is not written like a key of {}. Send all of it, from its first character to its last.",
            app.profile.api.name
        )
    };
    let like_a_key = errors.check("key", if is_like_a_key { Ok(()) } else { Err(why()) });
    let place = errors.check("found_at", parse_place(place));
    let (Some(()), Some(place)) = (like_a_key, place) else {
        return Err(AppError::Invalid(errors));
    };
    let who = address.map_or_else(String::new, |address| address.to_string());
    app.throttle.attempt(Attempt::LeakAddress, &who, app.now())?;
    let held = Report {
        text,
        place: place.as_deref(),
        source: LeakSource::Holder,
        address,
    };
    report(app, &held).await?;
    Ok(())
}

/// Carries a report out. Whether it is about a secret key of ours: for those who are told that. When this returns, the key is
/// refused everywhere, if its owner wants that.
pub async fn report(app: &App, report: &Report<'_>) -> Result<bool> {
    let digest = seal::digest(report.text);
    let found = store::verification::find(app.db.reader(), &[digest]).await?.pop();
    let Some(found) = found.filter(|found| !is_public(app, found)) else {
        return Ok(false);
    };
    let tx = app.db.begin().await?;
    let Some(mut key) = store::keys::lock(&tx, found.owner_id, found.id).await? else {
        return Ok(false);
    };
    if matches!(key.state, KeyState::Revoked | KeyState::Compromised) {
        // It is refused for good already, and its people know.
        return Ok(true);
    }
    let action = rule::of(&tx, app, key.owner_id).await?;
    let new = NewReport {
        key: key.id,
        source: report.source,
        place_digest: seal::digest(report.place.unwrap_or_default()),
        place: report.place,
        action,
        at: app.now(),
    };
    // What an earlier report did may be undone, or its owner may want more by now: then it is done, and told, again.
    let is_done = match action {
        LeakAction::Notify => true,
        LeakAction::Disable => key.state != KeyState::Active,
        LeakAction::Revoke => false,
    };
    if is_done && store::leaks::count(&tx, key.id).await? >= MOST_REPORTS {
        return Ok(true);
    }
    if !store::leaks::note(&tx, &new).await? && is_done {
        return Ok(true);
    }
    let changed = carry_out(&tx, app, &mut key, action, report).await?;
    for mail in mails::key_leaked(&tx, app, &key, action, (report.source, report.place)).await? {
        outbox::put(&tx, app, &mail).await?;
    }
    match changed {
        Some(changed) => changes::commit(app, tx, &changed).await?,
        None => commit(tx).await?,
    }
    app.mailer.wake();
    Ok(true)
}

/// What is public is no secret that could leak.
fn is_public(app: &App, key: &FoundKey) -> bool {
    let key_type = app.profile.key_type(&key.type_id);
    key_type.is_some_and(|key_type| key_type.public)
}

async fn carry_out(
    tx: &Tx,
    app: &App,
    key: &mut Key,
    action: LeakAction,
    report: &Report<'_>,
) -> Result<Option<Changed>> {
    let by = By {
        actor: Actor::Keyhatch,
        address: report.address.map(|address| address.to_canonical().to_string()),
    };
    let details = match report.place {
        Some(place) => format!("reported by {}, found at {place}", report.source.words()),
        None => format!("reported by {}", report.source.words()),
    };
    if action == LeakAction::Revoke {
        let changed = compromise::end(tx, app, key, &by, report.source.how(), details).await?;
        return Ok(Some(changed));
    }
    let disables = action == LeakAction::Disable && key.state == KeyState::Active;
    let changed = if disables {
        key.state = KeyState::Disabled;
        key.disabled_at = Some(app.now());
        key.version += 1;
        key.updated_at = app.now();
        Some(store::keys::update(tx, key).await?)
    } else {
        None
    };
    let deed = if disables {
        Action::KeyDisabled
    } else {
        Action::KeyReported
    };
    let subject = Subject {
        project_id: key.project_id,
        key_id: Some(key.id),
        name: key.called(),
        details,
    };
    audit::record(tx, app, key.workspace_id, &by, deed, subject).await?;
    Ok(changed)
}
