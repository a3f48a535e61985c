//! What somebody asks of a new key, checked against the profile: the same rules for the form, the API and the command line.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::keys::bounds;
use crate::error::{AppError, FieldErrors, Result};
use crate::model::address_list::AddressList;
use crate::model::expiry;
use crate::model::name::Name;
use crate::model::timestamp::Timestamp;
use crate::model::webhook_url::WebhookUrl;
use crate::profile::{Access, Environment, KeyType, Profile};

/// As typed or sent. Field names are the API's.
#[derive(Clone, Debug, Default)]
pub struct NewKeyInput {
    pub name: String,
    pub type_id: String,
    /// Empty: the first environment of the type.
    pub environment: String,
    pub scopes: Vec<String>,
    /// Addresses and networks that it may be used from; none: from anywhere.
    pub allowed_addresses: Vec<String>,
    /// `7`, `30`, `90`, `date`, `never` or empty; see [`expiry::parse`].
    pub expiry: String,
    pub expires_at: String,
    /// Empty: none.
    pub webhook_url: String,
}

/// Checked: a key can be made of it.
#[derive(Clone, Debug)]
pub struct NewKey {
    pub name: Name,
    pub key_type: KeyType,
    pub environment: Environment,
    pub scopes: Vec<String>,
    pub allowed_addresses: AddressList,
    pub expires_at: Option<Timestamp>,
    pub webhook_url: Option<WebhookUrl>,
}

impl NewKeyInput {
    /// As [`Self::check`], for programs: a form sends what was ticked for another type, a program does not, so scopes that
    /// would mean nothing are an error.
    pub fn check_strictly(&self, app: &App, proof: ManageKeys<'_>) -> Result<NewKey> {
        if let Some(key_type) = app.profile.key_type(&self.type_id) {
            refuse_meaningless_scopes(key_type.access, &self.scopes)
                .map_err(|message| AppError::invalid("scopes", message))?;
        }
        self.check(app, proof)
    }

    /// Checks everything at once; each error is at its field.
    pub fn check(&self, app: &App, proof: ManageKeys<'_>) -> Result<NewKey> {
        let mut errors = FieldErrors::default();
        let name = errors.check("name", Name::parse(&self.name));
        let key_type = errors.check("type", find_type(&app.profile, &self.type_id));
        let environment =
            key_type.and_then(|key_type| errors.check("environment", find_environment(key_type, &self.environment)));
        let scopes = key_type
            .and_then(|key_type| errors.check("scopes", check_scopes(&app.profile, key_type.access, &self.scopes)));
        let expires_at = errors.check("expires_at", expiry::parse(&self.expiry, &self.expires_at, app.now()));
        let webhook_url = errors.check("webhook_url", check_webhook_url(app, &self.webhook_url));
        let allowed_addresses = errors.check("allowed_addresses", AddressList::parse(&self.allowed_addresses));
        let rest = allowed_addresses.zip(expires_at).zip(webhook_url);
        match (name, key_type, environment, scopes, rest) {
            (
                Some(name),
                Some(key_type),
                Some(environment),
                Some(scopes),
                Some(((allowed_addresses, expires_at), webhook_url)),
            ) => {
                let new = NewKey {
                    name,
                    key_type: key_type.clone(),
                    environment,
                    scopes,
                    allowed_addresses,
                    expires_at,
                    webhook_url,
                };
                bounds::within_makers_power(proof, new.environment, new.key_type.access, &new.scopes, new.expires_at)?;
                bounds::within_makers_addresses(proof, &new.allowed_addresses)?;
                Ok(new)
            }
            _ => Err(AppError::Invalid(errors)),
        }
    }
}

/// The type that is meant when none is named: the only one, or the only one that takes scopes when there are scopes.
pub fn unnamed_type(profile: &Profile, with_scopes: bool) -> std::result::Result<&KeyType, String> {
    let meant: Vec<_> = profile
        .key_types
        .iter()
        .filter(|key_type| !with_scopes || key_type.access == Access::Scopes)
        .collect();
    match meant[..] {
        [only] => Ok(only),
        _ => {
            let known: Vec<_> = profile.key_types.iter().map(|key_type| key_type.id.as_str()).collect();
            Err(format!(
                "Say what kind of key to create. The types are: {}.",
                known.join(", ")
            ))
        }
    }
}

/// Scopes say something about keys whose access is by scopes, and about no others.
pub(super) fn refuse_meaningless_scopes(access: Access, asked: &[String]) -> std::result::Result<(), String> {
    match access {
        Access::All if !asked.is_empty() => Err("A key of this type may do everything: send no scopes.".to_owned()),
        Access::Read if !asked.is_empty() => Err("A key of this type reads everything: send no scopes.".to_owned()),
        _ => Ok(()),
    }
}

fn find_type<'a>(profile: &'a Profile, id: &str) -> std::result::Result<&'a KeyType, String> {
    if id.is_empty() {
        return Err("Choose what kind of key to create.".to_owned());
    }
    profile.key_type(id).ok_or_else(|| {
        let known: Vec<_> = profile.key_types.iter().map(|key_type| key_type.id.as_str()).collect();
        format!("There is no such type of key. The types are: {}.", known.join(", "))
    })
}

fn find_environment(key_type: &KeyType, id: &str) -> std::result::Result<Environment, String> {
    let mut environments = key_type.environments();
    if id.is_empty() {
        return environments
            .next()
            .ok_or_else(|| "This type of key has no environment.".to_owned());
    }
    environments
        .find(|environment| environment.as_str() == id)
        .ok_or_else(|| {
            let known: Vec<_> = key_type
                .environments()
                .map(|environment| environment.as_str())
                .collect();
            format!("Choose one of: {}.", known.join(", "))
        })
}

/// Scopes in the profile's order, each once. A type whose access is not by scopes takes none.
pub(super) fn check_scopes(
    profile: &Profile,
    access: Access,
    asked: &[String],
) -> std::result::Result<Vec<String>, String> {
    if let Some(unknown) = asked.iter().find(|scope| profile.scope(scope).is_none()) {
        let unknown: String = unknown.chars().take(64).collect();
        return Err(format!("There is no scope “{unknown}”."));
    }
    match access {
        Access::Scopes if asked.is_empty() => Err("Tick at least one thing this key may do.".to_owned()),
        Access::Scopes => {
            let scopes = profile.scopes.iter().filter(|scope| asked.contains(&scope.id));
            Ok(scopes.map(|scope| scope.id.clone()).collect())
        }
        // The form sends what was ticked before another type was chosen: it means nothing then.
        Access::All | Access::Read => Ok(Vec::new()),
    }
}

pub(super) fn check_webhook_url(app: &App, typed: &str) -> std::result::Result<Option<WebhookUrl>, &'static str> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    WebhookUrl::parse(typed, &app.settings.webhooks).map(Some)
}
