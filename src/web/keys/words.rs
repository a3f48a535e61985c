//! What several pages say about a key.

use crate::domain::App;
use crate::model::key::{Key, KeyState, KeyStatus};
use crate::model::timestamp::{DAY, HOUR, MINUTE, Timestamp};
use crate::profile::Access;
pub(in crate::web) use crate::web::amounts::grouped as number;

/// The badge of a key: its state, and how much longer.
pub(in crate::web) struct Badge {
    pub(in crate::web) state: &'static str,
    pub(in crate::web) detail: String,
}

/// What a key is at this moment.
pub(in crate::web) fn badge(key: &Key, now: Timestamp) -> Badge {
    let status = key.status(now);
    let detail = match status {
        KeyStatus::Expiring(at) => left(at, now),
        KeyStatus::Disabled(Some(until)) => format!("· {} more", left(until, now)),
        KeyStatus::Replaced(at) => format!("· works {} more", left(at, now)),
        _ => String::new(),
    };
    Badge {
        state: status.as_str(),
        detail,
    }
}

/// `5 d`, `3 h`, `12 min`.
fn left(at: Timestamp, now: Timestamp) -> String {
    let millis = at.millis() - now.millis();
    match millis {
        _ if millis < MINUTE => "a minute".to_owned(),
        _ if millis < HOUR => format!("{} min", millis / MINUTE),
        _ if millis < DAY => format!("{} h", millis / HOUR),
        _ => format!("{} d", millis / DAY),
    }
}

/// The name of a key's type. A type that the profile no longer has is called by its id.
pub(super) fn type_label(app: &App, key: &Key) -> String {
    app.profile
        .key_type(&key.type_id)
        .map_or_else(|| key.type_id.clone(), |key_type| key_type.label.clone())
}

/// What a type allows, where it is not by scopes.
pub(super) fn may(access: Access) -> &'static str {
    match access {
        Access::All => "Everything",
        Access::Read => "Read everything, change nothing",
        Access::Scopes => "",
    }
}

/// The same for a key; empty where its scopes say it.
pub(super) fn key_may(app: &App, key: &Key) -> &'static str {
    app.profile
        .key_type(&key.type_id)
        .map_or("", |key_type| may(key_type.access))
}

/// How a key begins, as it is shown.
pub(in crate::web) fn shown_prefix(app: &App, key: &Key) -> String {
    let key_type = app.profile.key_type(&key.type_id);
    let format = key_type.and_then(|key_type| key_type.format(key.environment));
    format.map_or_else(
        || key.display_prefix.clone(),
        |format| format.shown(&key.display_prefix),
    )
}

/// For how long a key has to lie unused until the list asks whether it is needed, in milliseconds.
const IDLE: i64 = 30 * DAY;

/// Whether a key that would work has not been used for a month.
pub(super) fn is_idle(key: &Key, now: Timestamp) -> bool {
    let since = key.last_use.as_ref().map_or(key.created_at, |last| last.at);
    key.state_at(now) == KeyState::Active && !key.is_expired(now) && since.plus(IDLE) <= now
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_told_in_one_word() {
        let now = Timestamp::from_millis(0);
        let told = |millis| left(now.plus(millis), now);
        assert_eq!(told(5 * DAY + HOUR), "5 d");
        assert_eq!(told(3 * HOUR), "3 h");
        assert_eq!(told(12 * MINUTE), "12 min");
        assert_eq!(told(1), "a minute");
    }
}
