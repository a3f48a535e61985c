//! One key as the support desk shows it: in a list, and on its page.

use crate::domain::App;
use crate::domain::staff::Found;
use crate::model::key::{Key, KeyState, KeyStatus, LastUse};
use crate::model::timestamp::{Timestamp, plural};
use crate::profile::{Access, KeyType};
use crate::web::amounts::grouped;
use crate::web::keys::words;

/// What its template draws.
pub(super) struct Card {
    pub(super) found: Found,
    /// Not exactly what was typed.
    pub(super) is_near: bool,
    pub(super) url: String,
    pub(super) workspace_url: String,
    pub(super) shown_prefix: String,
    pub(super) status: KeyStatus,
    /// Since when it is disabled, or was when it ended.
    pub(super) disabled_at: Option<Timestamp>,
    /// `5 d`, behind "Expires in".
    pub(super) status_detail: String,
    /// `Restricted key, 4 scopes`
    pub(super) kind: String,
    /// `97 credits`, where there are any.
    pub(super) credits: Option<String>,
}

impl Card {
    pub(super) fn is_compromised(&self) -> bool {
        self.status == KeyStatus::Compromised
    }

    pub(super) fn last_use(&self) -> Option<&LastUse> {
        self.found.key.last_use.as_ref()
    }
}

pub(super) fn card(app: &App, found: Found) -> Card {
    let key_type = app.profile.key_type(&found.key.type_id);
    let status = found.key.status(app.now());
    Card {
        is_near: false,
        url: format!("/staff/keys/{}", found.key.id),
        workspace_url: format!("/staff/workspaces/{}", found.workspace.id),
        shown_prefix: words::shown_prefix(app, &found.key),
        status_detail: words::badge(&found.key, app.now()).detail,
        // What was written down may be over.
        disabled_at: found
            .key
            .disabled_at
            .filter(|_| found.key.state_at(app.now()) != KeyState::Active),
        kind: kind(&found.key, key_type),
        credits: found.credits.and_then(|balance| credits(app, balance)),
        status,
        found,
    }
}

/// `97 credits`, where there are any.
pub(super) fn credits(app: &App, balance: i64) -> Option<String> {
    let unit = &app.profile.credits.as_ref()?.unit;
    Some(format!("{} {unit}", grouped(balance)))
}

fn kind(key: &Key, key_type: Option<&KeyType>) -> String {
    let label = key_type.map_or(key.type_id.as_str(), |key_type| &key_type.label);
    let access = match key_type.map(|key_type| key_type.access) {
        Some(Access::All) => "everything".to_owned(),
        Some(Access::Read) => "reads only".to_owned(),
        Some(Access::Scopes) | None => plural(i64::try_from(key.scopes.len()).unwrap_or(i64::MAX), "scope"),
    };
    format!("{label}, {access}")
}
