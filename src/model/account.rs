//! A person, and the browsers that person is signed in with.

use crate::model::email::Email;
use crate::model::ids::{AccountId, SessionId};
use crate::model::timestamp::Timestamp;

/// A person. The password's hash is not here: only `domain::accounts` asks the store for it.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    pub email: Email,
    pub is_staff: bool,
    pub email_confirmed_at: Option<Timestamp>,
    pub password_changed_at: Timestamp,
    pub created_at: Timestamp,
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
