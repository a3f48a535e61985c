//! A key as it is stored and shown: everything but its text.

use std::fmt;
use std::str::FromStr;

use crate::model::access::Environment;
use crate::model::address_list::AddressList;
use crate::model::compromise::Compromise;
use crate::model::expiry;
use crate::model::ids::{KeyId, OwnerId, ProjectId, WorkspaceId};
use crate::model::timestamp::{DAY, Timestamp};

/// What a person (or a program) decided about a key. Expiry is not a state: it is a matter of the hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    Active,
    /// Refused until it is enabled again, or until a moment that was chosen: see [`Key::state_at`].
    Disabled,
    /// Refused forever, because somebody else may know it; its people still have to replace it.
    Compromised,
    /// Refused forever.
    Revoked,
}

impl KeyState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Active, Self::Disabled, Self::Compromised, Self::Revoked];

    /// The word in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            KeyState::Active => "active",
            KeyState::Disabled => "disabled",
            KeyState::Compromised => "compromised",
            KeyState::Revoked => "revoked",
        }
    }
}

impl fmt::Display for KeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyState {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "active" => Ok(KeyState::Active),
            "disabled" => Ok(KeyState::Disabled),
            "compromised" => Ok(KeyState::Compromised),
            "revoked" => Ok(KeyState::Revoked),
            other => Err(format!("“{other}” is no state of a key")),
        }
    }
}

/// What a key is at a given moment, as people ask it: does it work, and for how long?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    Active,
    /// Active, for less than two weeks more.
    Expiring(Timestamp),
    Expired(Timestamp),
    /// Maybe until a moment at which it works again.
    Disabled(Option<Timestamp>),
    Compromised,
    Revoked,
    /// A roll has replaced it; it works until then.
    Replaced(Timestamp),
}

impl KeyStatus {
    /// The word of the filter in the list's URL and of the badge's class.
    pub fn as_str(self) -> &'static str {
        match self {
            KeyStatus::Active => "active",
            KeyStatus::Expiring(_) => "expiring",
            KeyStatus::Expired(_) => "expired",
            KeyStatus::Disabled(_) => "disabled",
            KeyStatus::Compromised => "compromised",
            KeyStatus::Revoked => "revoked",
            KeyStatus::Replaced(_) => "replaced",
        }
    }
}

/// Who made a key, changed it, or looked it up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastUse {
    pub at: Timestamp,
    pub address: String,
    pub user_agent: String,
}

/// A key. Its digest stays in the store; its text is nowhere.
#[derive(Clone, Debug)]
pub struct Key {
    pub id: KeyId,
    pub workspace_id: WorkspaceId,
    pub project_id: Option<ProjectId>,
    pub owner_id: OwnerId,
    pub type_id: String,
    pub environment: Environment,
    pub name: String,
    pub display_prefix: String,
    /// The text of a public (publishable) key, which is no secret.
    pub public_text: Option<String>,
    /// In the profile's order; empty for a type whose access is not by scopes.
    pub scopes: Vec<String>,
    /// Where it may be used from.
    pub allowed_addresses: AddressList,
    /// As it was written down. What holds now is [`Key::state_at`].
    pub state: KeyState,
    pub expires_at: Option<Timestamp>,
    /// When people hear next that it ends; see [`crate::model::expiry::next_notice`].
    pub next_expiry_notice_at: Option<Timestamp>,
    pub webhook_url: Option<String>,
    pub has_signing_secret: bool,
    /// Until then the secret before the last rotation signs too.
    pub previous_secret_until: Option<Timestamp>,
    /// The maker's email address, or the name of the key that made it.
    pub created_by: String,
    /// The key that made this one, when it was not a person.
    pub created_by_key: Option<KeyId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub disabled_at: Option<Timestamp>,
    /// When it works again by itself; nothing: when somebody enables it.
    pub disabled_until: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    /// Where it was seen that it must not be, if it was.
    pub compromise: Option<Compromise>,
    /// The key that took over when this one was rolled.
    pub replaced_by: Option<KeyId>,
    pub replaced_at: Option<Timestamp>,
    /// When it would have ended, had it not been rolled.
    pub own_expires_at: Option<Timestamp>,
    /// When its text was shown to a person.
    pub revealed_at: Option<Timestamp>,
    pub last_use: Option<LastUse>,
    /// Grows with every change: what a cache compares.
    pub version: i64,
}

impl Key {
    /// Name and display prefix: how trails and mail call it.
    pub fn called(&self) -> String {
        format!("{} ({})", self.name, self.display_prefix)
    }

    /// Gives it another end, of which its people are told anew.
    pub fn set_expiry(&mut self, expires_at: Option<Timestamp>, now: Timestamp) {
        if self.expires_at != expires_at {
            self.expires_at = expires_at;
            self.next_expiry_notice_at = match expires_at {
                Some(end) if self.replaced_by.is_some() => expiry::notice_of_rolled(end, now),
                _ => expiry::next_notice(expires_at, now),
            };
        }
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| now >= at)
    }

    /// What holds at this moment. A disablement that is over is over, whether that has been written down or not.
    pub fn state_at(&self, now: Timestamp) -> KeyState {
        state_at(self.state, self.disabled_until, now)
    }

    /// Whether it is disabled at this moment.
    pub fn is_disabled(&self, now: Timestamp) -> bool {
        self.state_at(now) == KeyState::Disabled
    }

    /// Refuses it until that moment, or until somebody enables it. Whoever is told of it since when hears of the first time.
    pub fn disable(&mut self, now: Timestamp, until: Option<Timestamp>) {
        if !self.is_disabled(now) {
            self.disabled_at = Some(now);
        }
        self.state = KeyState::Disabled;
        self.disabled_until = until;
    }

    /// Accepts it again.
    pub fn enable(&mut self) {
        self.state = KeyState::Active;
        self.disabled_at = None;
        self.disabled_until = None;
    }

    /// Refuses it for good: nothing that was to happen to it by itself does.
    pub fn end(&mut self, state: KeyState) {
        self.state = state;
        self.disabled_until = None;
        self.next_expiry_notice_at = None;
    }

    /// What it is at this moment.
    pub fn status(&self, now: Timestamp) -> KeyStatus {
        match (self.state_at(now), self.expires_at) {
            (KeyState::Revoked, _) => KeyStatus::Revoked,
            (KeyState::Compromised, _) => KeyStatus::Compromised,
            (_, Some(at)) if now >= at => KeyStatus::Expired(at),
            (KeyState::Disabled, _) => KeyStatus::Disabled(self.disabled_until),
            (KeyState::Active, Some(at)) if self.replaced_by.is_some() => KeyStatus::Replaced(at),
            (KeyState::Active, Some(at)) if at <= now.plus(14 * DAY) => KeyStatus::Expiring(at),
            (KeyState::Active, _) => KeyStatus::Active,
        }
    }

    /// Whether anything about it may still change: a revoked key is frozen.
    pub fn is_frozen(&self) -> bool {
        self.state == KeyState::Revoked
    }
}

/// What holds at this moment of what was written down. The one rule of disablements that end by themselves: everybody who says what a
/// key is asks here.
pub fn state_at(state: KeyState, disabled_until: Option<Timestamp>, now: Timestamp) -> KeyState {
    match (state, disabled_until) {
        (KeyState::Disabled, Some(until)) if now >= until => KeyState::Active,
        _ => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_disablement_ends_by_itself_and_at_its_moment() {
        let until = Timestamp::from_millis(1_800_000_000_000);
        for state in KeyState::ALL {
            assert_eq!(state_at(state, None, until), state);
            assert_eq!(state_at(state, Some(until), until.plus(-1)), state);
        }
        let over = KeyState::ALL.map(|state| state_at(state, Some(until), until));
        let expected = [
            KeyState::Active,
            KeyState::Active,
            KeyState::Compromised,
            KeyState::Revoked,
        ];
        assert_eq!(over, expected);
    }
}
