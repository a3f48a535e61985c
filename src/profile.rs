//! The profile: one TOML file that says everything about a provider's API.
//!
//! [`Profile::load`] reads a file, checks all of it and reports every mistake with its line; what it returns is valid
//! and never changes. Come here to learn what key types, scopes, routes, plans and limits the running instance has.
//! `profiles/example.toml` is the manual of the format.
//!
//! The way of a file: `raw` (tables with their lines) → `check` (one file for each part) → the types of this folder.

mod api;
mod check;
mod envelope;
mod key_type;
mod method;
mod mistakes;
mod parts;
mod percent;
mod plan;
mod raw;
mod read;
mod remarks;
mod request;
mod route;
mod scope;
mod spelling;
#[cfg(test)]
mod tests;

pub use crate::model::access::{Access, Environment, UnknownEnvironment};
pub use api::{Api, CodeCase, CredentialPlace, Envelope, ErrorStyle, KeyOwner, Unmatched};
pub use envelope::ErrorText;
pub use key_type::{KeyTemplate, KeyType};
pub use method::{Method, Methods};
pub use mistakes::{Mistake, Mistakes};
pub use parts::{Credits, Embed, Fact, Inbound, Jwt, JwtAlgorithm, JwtKeys, Leaks, Pair, Welcome, WelcomeStep};
pub use plan::{LimitOf, Period, Plan, RateLimit};
pub use request::UnclearRequest;
pub use route::{Matched, PathPattern, Place, Route, RouteMatch, RouteNumber};
pub use scope::{ScopeDefinition, ScopeGroup};

/// A whole, valid profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The API itself: its name, where it is, how keys travel.
    pub api: Api,
    /// The kinds of key people can make, in the order of the file.
    pub key_types: Vec<KeyType>,
    /// The headings scopes are shown under.
    pub scope_groups: Vec<ScopeGroup>,
    /// What a key can be allowed to do.
    pub scopes: Vec<ScopeDefinition>,
    /// Ready-made settings for a new key.
    pub templates: Vec<KeyTemplate>,
    /// What single requests ask of a key; the first match decides.
    pub routes: Vec<Route>,
    /// The plans of workspaces, in the order of the file.
    pub plans: Vec<Plan>,
    /// The rate limits by name.
    pub limits: Vec<RateLimit>,
    /// How the API words its errors.
    pub errors: ErrorStyle,
    /// Keys that belong together.
    pub pairs: Vec<Pair>,
    /// What a new account is given, if anything.
    pub welcome: Option<Welcome>,
    /// What the provider adds to the first steps, in the order of the file.
    pub welcome_steps: Vec<WelcomeStep>,
    /// Embed mode, where the API has it.
    pub embed: Option<Embed>,
    /// Inbound webhooks, where the API has them.
    pub inbound: Option<Inbound>,
    /// Tokens of an identity provider, where the API takes them.
    pub jwt: Option<Jwt>,
    /// Credits, where requests cost some.
    pub credits: Option<Credits>,
    /// What is done with keys that leaked.
    pub leaks: Leaks,
}

impl Profile {
    /// The key type called `id`.
    pub fn key_type(&self, id: &str) -> Option<&KeyType> {
        self.key_types.iter().find(|key_type| key_type.id == id)
    }

    /// The scope called `id`.
    pub fn scope(&self, id: &str) -> Option<&ScopeDefinition> {
        self.scopes.iter().find(|scope| scope.id == id)
    }

    /// The scopes under one heading, in the order of the file.
    pub fn scopes_in<'a>(&'a self, group: &'a ScopeGroup) -> impl Iterator<Item = &'a ScopeDefinition> {
        self.scopes.iter().filter(|scope| scope.group == group.id)
    }

    /// The plan called `id`.
    pub fn plan(&self, id: &str) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.id == id)
    }

    /// The plan a new workspace starts with.
    pub fn default_plan(&self) -> &Plan {
        // Checked when the profile is read: there is a plan, and the default names one.
        self.plan(&self.api.default_plan).unwrap_or(&self.plans[0])
    }

    /// The limit called `id`, before any plan changes it.
    pub fn limit(&self, id: &str) -> Option<&RateLimit> {
        self.limits.iter().find(|limit| limit.id == id)
    }

    /// The limit called `id` as workspaces on `plan` have it.
    pub fn limit_on<'a>(&'a self, plan: &'a Plan, id: &str) -> Option<&'a RateLimit> {
        plan.limits
            .iter()
            .find(|limit| limit.id == id)
            .or_else(|| self.limit(id))
    }

    /// The key types that could have made `text`. They share one format if they are several; the record tells which.
    pub fn key_types_of_text<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a KeyType> {
        self.key_types
            .iter()
            .filter(move |key_type| key_type.environment_of(text).is_some())
    }

    /// The environments keys exist in, live before test.
    pub fn environments(&self) -> Vec<Environment> {
        Environment::ALL
            .into_iter()
            .filter(|&environment| self.key_types_in(environment).next().is_some())
            .collect()
    }

    /// The key types that can be made in `environment`.
    pub fn key_types_in(&self, environment: Environment) -> impl Iterator<Item = &KeyType> {
        self.key_types
            .iter()
            .filter(move |key_type| key_type.format(environment).is_some())
    }

    /// How many characters a display prefix has at the very least: the fewest support can search by.
    pub fn shortest_display_prefix(&self) -> usize {
        let formats = self.key_types.iter().flat_map(|key_type| &key_type.formats);
        formats
            .map(|(_, format)| format.display.length)
            .min()
            .unwrap_or_default()
    }
}
