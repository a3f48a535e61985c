//! Editing: name, scopes, addresses, expiry, webhook URL; and over the API, in the same request, whether it is enabled.

use crate::domain::access::ManageKeys;
use crate::domain::keys::bounds;
use crate::domain::keys::change::{access_of, change, refuse_compromised, refuse_frozen};
use crate::domain::keys::input::{check_scopes, check_webhook_url, refuse_meaningless_scopes};
use crate::domain::{App, seen as shown};
use crate::error::{AppError, FieldErrors, Result};
use crate::model::address_list::AddressList;
use crate::model::audit::Action;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};
use crate::model::name::Name;
use crate::model::timestamp::Timestamp;
use crate::model::{disablement, expiry};

/// What is to change; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct Edit {
    pub name: Option<String>,
    pub scopes: Option<Vec<String>>,
    /// None: from anywhere.
    pub allowed_addresses: Option<Vec<String>>,
    /// Preset and date as in the form ([`expiry::parse`]); a date that equals the present one is kept even if it is past.
    pub expiry: Option<(String, String)>,
    /// Empty: none.
    pub webhook_url: Option<String>,
    pub enabled: Option<bool>,
    /// Until when it is disabled, as a program writes it; nothing: until somebody enables it.
    pub disabled_until: Option<String>,
    /// What the person has seen before they typed ([`seen`]): what was saved since then is not overwritten.
    pub seen: Option<String>,
}

impl Edit {
    /// What of it can take something away, as it was typed, in few characters: who has confirmed that has not confirmed anything else.
    pub fn takes_away(&self) -> String {
        shown::mark(&serde_json::json!([self.scopes, self.allowed_addresses, self.expiry]))
    }
}

/// What an edit can change, as it is now, in few characters.
pub fn seen(key: &Key) -> String {
    let expires_at = key.expires_at.map(Timestamp::millis);
    let allowed_addresses = key.allowed_addresses.texts();
    shown::mark(&serde_json::json!([
        key.name,
        key.scopes,
        expires_at,
        key.webhook_url,
        allowed_addresses
    ]))
}

/// Changes a key's settings; each error is at its field.
pub async fn edit(app: &App, proof: ManageKeys<'_>, id: KeyId, edit: Edit) -> Result<Key> {
    change(app, proof, id, |key| {
        refuse_frozen(key)?;
        if edit.enabled == Some(true) {
            refuse_compromised(key)?;
        }
        let before = key.clone();
        apply(app, key, &edit)?;
        shown::refuse_overwriting(edit.seen.as_deref(), &seen(&before), &seen(key))?;
        bounds::within_makers_power(
            proof,
            key.environment,
            access_of(app, key),
            &key.scopes,
            touched_expiry(&before, key, proof),
        )?;
        // Whoever may not list others may leave what is there, but not switch it on.
        if is_switched_on(&before, key) || before.allowed_addresses != key.allowed_addresses {
            bounds::within_makers_addresses(proof, &key.allowed_addresses)?;
        }
        let details = describe(&before, key);
        Ok((!details.is_empty()).then_some((action(&before, key, &details), details)))
    })
    .await
}

/// Now, or by itself sooner than it would have been.
fn is_switched_on(before: &Key, after: &Key) -> bool {
    match (before.state, after.state) {
        (KeyState::Disabled, KeyState::Disabled) => match (before.disabled_until, after.disabled_until) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(before), Some(after)) => after < before,
        },
        (before, after) => before != KeyState::Active && after == KeyState::Active,
    }
}

/// Only an expiry that is changed is measured against the maker's own.
fn touched_expiry(before: &Key, after: &Key, proof: ManageKeys<'_>) -> Option<Timestamp> {
    if before.expires_at == after.expires_at {
        return proof.maker().and_then(|maker| maker.key.expires_at);
    }
    after.expires_at
}

/// What a key would be after an edit; each error is at its field.
pub fn outcome(app: &App, key: &Key, edit: &Edit) -> Result<Key> {
    let mut after = key.clone();
    apply(app, &mut after, edit)?;
    Ok(after)
}

fn apply(app: &App, key: &mut Key, edit: &Edit) -> Result<()> {
    let mut errors = FieldErrors::default();
    if let Some(name) = edit
        .name
        .as_deref()
        .and_then(|typed| errors.check("name", Name::parse(typed)))
    {
        key.name = name.to_string();
    }
    if let Some(asked) = &edit.scopes {
        let access = access_of(app, key);
        let checked = refuse_meaningless_scopes(access, asked).and_then(|()| check_scopes(&app.profile, access, asked));
        if let Some(scopes) = errors.check("scopes", checked) {
            key.scopes = scopes;
        }
    }
    if let Some(entries) = &edit.allowed_addresses
        && let Some(addresses) = errors.check("allowed_addresses", AddressList::parse(entries))
    {
        key.allowed_addresses = addresses;
    }
    if let Some((preset, date)) = &edit.expiry
        && let Some(expires_at) = errors.check("expires_at", new_expiry(key, preset, date, app.now()))
    {
        key.set_expiry(expires_at, app.now());
    }
    if let Some(typed) = &edit.webhook_url
        && let Some(url) = errors.check("webhook_url", check_webhook_url(app, typed))
    {
        key.webhook_url = url.map(|url| url.to_string());
    }
    let now = app.now();
    let until = edit.disabled_until.as_deref();
    let until = until.and_then(|text| errors.check("disabled_until", disablement::parse_moment(text, now)));
    match edit.enabled {
        Some(true) if key.state != KeyState::Active => key.enable(),
        // A compromised key stays what it is.
        Some(false) if matches!(key.state, KeyState::Active | KeyState::Disabled) => key.disable(now, until),
        _ => {}
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid(errors));
    }
    if edit.disabled_until.is_some() && edit.enabled != Some(false) {
        // Each field alone is fine.
        return Err(AppError::Conflict(
            "Send disabled_until with \"enabled\": false.".to_owned(),
        ));
    }
    Ok(())
}

fn new_expiry(
    key: &Key,
    preset: &str,
    date: &str,
    now: Timestamp,
) -> std::result::Result<Option<Timestamp>, &'static str> {
    let unchanged = key.expires_at.is_some_and(|at| {
        let date = if preset == expiry::EXACTLY { date } else { date.trim() };
        date == at.rfc3339() || (preset == "date" && date == at.iso_day())
    });
    if unchanged {
        return Ok(key.expires_at);
    }
    let asked = expiry::parse(preset, date, now)?;
    // The end of a rolled key's grace is part of the plan's count: it can be brought forward, not put off.
    if key.replaced_by.is_some() && (asked.is_none() || asked > key.expires_at) {
        return Err("This key has been rolled: its end can be earlier, not later.");
    }
    Ok(asked)
}

fn action(before: &Key, after: &Key, details: &str) -> Action {
    match (before.state, after.state) {
        (_, KeyState::Disabled) if details == state_words(after) => Action::KeyDisabled,
        (KeyState::Disabled, KeyState::Active) if details == state_words(after) => Action::KeyEnabled,
        _ => Action::KeyChanged,
    }
}

/// What changed, in words for the trail.
fn describe(before: &Key, after: &Key) -> String {
    let mut changes = Vec::new();
    if before.name != after.name {
        changes.push(format!("name: “{}” → “{}”", before.name, after.name));
    }
    if before.scopes != after.scopes {
        changes.push(format!(
            "scopes: {} → {}",
            before.scopes.join(", "),
            after.scopes.join(", ")
        ));
    }
    if before.allowed_addresses != after.allowed_addresses {
        let words = |list: &AddressList| match list.is_empty() {
            true => "anywhere".to_owned(),
            false => list.to_string(),
        };
        changes.push(format!(
            "may be used from: {} → {}",
            words(&before.allowed_addresses),
            words(&after.allowed_addresses)
        ));
    }
    if before.expires_at != after.expires_at {
        let words = |at: Option<Timestamp>| at.map_or("never".to_owned(), Timestamp::rfc3339);
        changes.push(format!(
            "expires: {} → {}",
            words(before.expires_at),
            words(after.expires_at)
        ));
    }
    if before.webhook_url != after.webhook_url {
        let words = |url: &Option<String>| url.clone().unwrap_or_else(|| "none".to_owned());
        changes.push(format!(
            "webhook URL: {} → {}",
            words(&before.webhook_url),
            words(&after.webhook_url)
        ));
    }
    if (before.state, before.disabled_until) != (after.state, after.disabled_until) {
        changes.push(state_words(after));
    }
    changes.join("; ")
}

fn state_words(after: &Key) -> String {
    match after.state {
        KeyState::Disabled => format!("disabled {}", disablement::words(after.disabled_until)),
        _ => "enabled".to_owned(),
    }
    .trim()
    .to_owned()
}
