//! What the forms about a key offer: types, environments, scopes in groups, expiries with their dates.

use crate::domain::App;
use crate::domain::keys;
use crate::domain::workspaces::Places;
use crate::error::Result;
use crate::model::expiry::PRESET_DAYS;
use crate::model::timestamp::{DAY, plural};
use crate::model::workspace::Workspace;
use crate::profile::{Environment, KeyType};
use crate::web::keys::words;

/// A kind of key to choose.
pub(super) struct TypeChoice {
    pub(super) id: String,
    pub(super) label: String,
    pub(super) access: &'static str,
    /// The one environment of the type, or nothing where it has two.
    pub(super) environment: &'static str,
    pub(super) hint: String,
    pub(super) checked: bool,
}

/// An environment to choose.
pub(super) struct EnvironmentChoice {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    pub(super) checked: bool,
}

/// Scopes under a heading.
pub(super) struct ScopeGroupChoice {
    pub(super) label: String,
    pub(super) scopes: Vec<ScopeChoice>,
}

/// A scope to tick.
pub(super) struct ScopeChoice {
    pub(super) id: String,
    pub(super) meaning: String,
    pub(super) checked: bool,
}

/// An expiry to choose.
pub(super) struct ExpiryChoice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) until: String,
    pub(super) checked: bool,
}

/// The types, with how many places the plan has left for each.
pub(super) async fn types(app: &App, workspace: &Workspace, chosen: &str) -> Result<Vec<TypeChoice>> {
    let mut choices = Vec::with_capacity(app.profile.key_types.len());
    for key_type in &app.profile.key_types {
        let places = keys::places(app, workspace, key_type).await?;
        let mut environments = key_type.environments();
        let environment = match (environments.next(), environments.next()) {
            (Some(only), None) => only.as_str(),
            _ => "",
        };
        choices.push(TypeChoice {
            id: key_type.id.clone(),
            label: key_type.label.clone(),
            access: key_type.access.as_str(),
            environment,
            hint: type_hint(key_type, places),
            checked: key_type.id == chosen,
        });
    }
    Ok(choices)
}

fn type_hint(key_type: &KeyType, places: Places) -> String {
    let description = if key_type.description.is_empty() {
        match words::may(key_type.access) {
            "" => "What you tick below, and nothing else.".to_owned(),
            may => format!("{may}."),
        }
    } else {
        key_type.description.clone()
    };
    match (places.limit, places.left()) {
        (None, _) | (_, None) => description,
        (Some(0), _) => format!("{description} Not part of your plan."),
        (Some(limit), Some(0)) => {
            format!(
                "{description} No place left: your plan has {}.",
                plural(limit.into(), "key")
            )
        }
        (Some(limit), Some(left)) => format!("{description} {left} of {limit} left in your plan."),
    }
}

/// The environments, where there is one to choose: test first, because it is the safe one.
pub(super) fn environments(app: &App, chosen: &str) -> Vec<EnvironmentChoice> {
    let all = app.profile.environments();
    let asked = app.profile.key_types.iter().any(|key_type| key_type.formats.len() > 1);
    if !asked {
        return Vec::new();
    }
    all.into_iter()
        .rev()
        .map(|environment| EnvironmentChoice {
            id: environment.as_str(),
            label: environment_label(environment),
            hint: match environment {
                Environment::Live => "Real customers, real effects.",
                Environment::Test => "A world of its own for trying things.",
            },
            checked: environment.as_str() == chosen,
        })
        .collect()
}

/// The word people read.
pub(in crate::web) fn environment_label(environment: Environment) -> &'static str {
    match environment {
        Environment::Live => "Live",
        Environment::Test => "Test",
    }
}

/// The scopes under their headings.
pub(super) fn scopes(app: &App, ticked: &[String]) -> Vec<ScopeGroupChoice> {
    app.profile
        .scope_groups
        .iter()
        .map(|group| ScopeGroupChoice {
            label: group.label.clone(),
            scopes: app
                .profile
                .scopes_in(group)
                .map(|scope| ScopeChoice {
                    id: scope.id.clone(),
                    meaning: match scope.description.as_str() {
                        "" => scope.label.clone(),
                        description => format!("{}. {description}", scope.label),
                    },
                    checked: ticked.contains(&scope.id),
                })
                .collect(),
        })
        .filter(|group: &ScopeGroupChoice| !group.scopes.is_empty())
        .collect()
}

/// The presets with their dates; "on a day" and "never" stand beside them in the template.
pub(super) fn expiries(app: &App, chosen: &str) -> Vec<ExpiryChoice> {
    PRESET_DAYS
        .into_iter()
        .map(|days| ExpiryChoice {
            value: days.to_string(),
            label: format!("In {}", plural(days, "day")),
            until: app.now().plus(days * DAY).day(),
            checked: days.to_string() == chosen,
        })
        .collect()
}

/// The first day that can be picked.
pub(super) fn first_day(app: &App) -> String {
    app.now().iso_day()
}
