//! A person, and the browsers that person is signed in with.

use crate::model::email::Email;
use crate::model::ids::{AccountId, SessionId};
use crate::model::staff::StaffRole;
use crate::model::timestamp::Timestamp;

/// A person. The password's hash is not here: only `domain::accounts` asks the store for it.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub email: Email,
    /// What they may do at the support desk; nothing for everybody but staff.
    pub staff: Option<StaffRole>,
    pub email_confirmed_at: Option<Timestamp>,
    pub password_changed_at: Timestamp,
    pub created_at: Timestamp,
    /// When they last signed in; nothing since that is written down.
    pub signed_in_at: Option<Timestamp>,
    /// Since when the first steps are put away.
    pub welcome_dismissed_at: Option<Timestamp>,
}

impl Account {
    /// Whether they belong to the provider's support staff.
    pub fn is_staff(&self) -> bool {
        self.staff.is_some()
    }
}

/// A line of what is on record of an account itself: what support looked at and did.
#[derive(Clone, Debug)]
pub struct AccountEvent {
    /// See [`crate::model::audit::Action::as_str`].
    pub action: String,
    pub actor_kind: String,
    pub actor_name: String,
    /// A sentence, or nothing.
    pub details: String,
    pub address: Option<String>,
    pub at: Timestamp,
}

/// A signed-in browser, as its owner sees it in the list.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub id: SessionId,
    pub address: String,
    pub user_agent: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}
