//! A report: what the owner of the key wants done is done, in one transaction, and its people are told. The same report twice
//! is one. Who reports a key stays unknown to its people.

use std::net::IpAddr;

use super::mails::{self, MOST_PLACES};
use super::rule;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::domain::keys::compromise;
use crate::domain::mail::outbox;
use crate::domain::throttle::Attempt;
use crate::domain::verify::changes;
use crate::domain::{App, pasted, seal};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::audit::{Action, Actor};
use crate::model::compromise::CompromisedHow;
use crate::model::key::{Key, KeyState};
use crate::model::leak::{LeakAction, Reporter, parse_place};
use crate::model::timestamp::{DAY, Timestamp};
use crate::store::changes::Changed;
use crate::store::db::commit;
use crate::store::leaks::NewReport;
use crate::store::{self, Tx};

/// How many reports of one key its people hear of in a day from each kind of reporter, while it stays as it is: whoever has it could
/// name ever other places.
const MOST_REPORTS: u64 = 10;

/// A report by somebody who has the key, and maybe says where it was found. They are told no more than that it was received: what they
/// have may be anything. When this returns, the key is refused everywhere, if its owner wants that.
pub async fn report(app: &App, text: &str, place: &str, address: Option<IpAddr>) -> Result<()> {
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
    let place = errors.check("found_at", place_of(app, place));
    let (Some(()), Some(place)) = (like_a_key, place) else {
        return Err(AppError::Invalid(errors));
    };
    let who = address.map_or_else(String::new, |address| address.to_string());
    app.throttle.attempt(Attempt::LeakAddress, &who, app.now())?;
    let report = Report {
        reporter: Reporter::Holder,
        places: place.into_iter().collect(),
    };
    carry_out(app, &seal::digest(text), &report).await
}

/// What is said about a key.
pub(super) struct Report {
    pub(super) reporter: Reporter,
    /// Where it was found, as far as anybody says.
    pub(super) places: Vec<String>,
}

impl Report {
    /// "found at A and 3 other places"
    fn found_at(&self) -> Option<String> {
        let first = self.places.first()?;
        Some(match self.places.len() - 1 {
            0 => format!("found at {first}"),
            1 => format!("found at {first} and one other place"),
            more => format!("found at {first} and {more} other places"),
        })
    }
}

/// What stands in trails and mails must not be a key.
pub(super) fn place_of(app: &App, typed: &str) -> std::result::Result<Option<String>, &'static str> {
    if pasted::holds_secret(&app.profile, typed) {
        return Err("There is a key in this address: send it without.");
    }
    parse_place(typed)
}

/// Does what its owner wants done with the key that has this digest, if there is one.
pub(super) async fn carry_out(app: &App, digest: &[u8; 32], report: &Report) -> Result<()> {
    let Some((tx, mut key)) = compromise::lock_secret(app, digest).await? else {
        return Ok(());
    };
    let action = rule::of(&tx, app, key.owner_id).await?;
    let now = app.now();
    // What an earlier report did may be undone, or its owner may want more by now: then it is done, and told, again.
    let is_done = match action {
        LeakAction::Notify => true,
        // One that would work again by itself is not.
        LeakAction::Disable => is_disabled_for_good(&key),
        LeakAction::Revoke => false,
    };
    // Each kind for itself: whoever has the key must not be able to silence GitHub.
    let since = now.plus(-DAY);
    if is_done && store::leaks::count(&tx, key.id, report.reporter, since).await? >= MOST_REPORTS {
        return Ok(());
    }
    if !note(&tx, &key, report, action, now).await? && is_done {
        return Ok(());
    }
    let changed = act(&tx, app, &mut key, action, report).await?;
    for mail in mails::key_leaked(&tx, app, &key, action, report.reporter, &report.places).await? {
        outbox::put(&tx, app, &mail).await?;
    }
    match changed {
        Some(changed) => changes::commit(app, tx, &changed).await?,
        None => commit(tx).await?,
    }
    app.mailer.wake();
    Ok(())
}

/// Keeps each of the places, as many as people may hear of. Whether one of them is new.
async fn note(tx: &Tx, key: &Key, report: &Report, action: LeakAction, at: Timestamp) -> Result<bool> {
    let mut places: Vec<Option<&str>> = report
        .places
        .iter()
        .take(MOST_PLACES)
        .map(|place| Some(&**place))
        .collect();
    if places.is_empty() {
        places.push(None);
    }
    let mut is_new = false;
    for place in places {
        let new = NewReport {
            key: key.id,
            reporter: report.reporter,
            place_digest: seal::digest(place.unwrap_or_default()),
            place,
            action,
            at,
        };
        is_new |= store::leaks::note(tx, &new).await?;
    }
    Ok(is_new)
}

/// Until somebody enables it.
fn is_disabled_for_good(key: &Key) -> bool {
    key.state == KeyState::Disabled && key.disabled_until.is_none()
}

/// Does it, with its line in the trail; the answer is what verification has to hear of.
async fn act(tx: &Tx, app: &App, key: &mut Key, action: LeakAction, report: &Report) -> Result<Option<Changed>> {
    let by = By {
        actor: Actor::Keyhatch,
        address: None,
    };
    let who = report.reporter.words();
    let details = match report.found_at() {
        Some(found_at) => format!("reported by {who}, {found_at}"),
        None => format!("reported by {who}"),
    };
    if action == LeakAction::Revoke {
        let how = match report.reporter {
            Reporter::Holder => CompromisedHow::Reported,
            Reporter::Github => CompromisedHow::FoundByGithub,
        };
        let changed = compromise::end(tx, app, key, &by, how, details).await?;
        return Ok(Some(changed));
    }
    let disables = action == LeakAction::Disable && !is_disabled_for_good(key);
    let changed = if disables {
        key.disable(app.now(), None);
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
