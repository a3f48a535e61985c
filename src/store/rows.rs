//! From rows to `model`'s types. A row that cannot be read is an error of its own, never a panic.

use std::str::FromStr;

use super::entities::{account, key, project, session, workspace};
use super::{Error, Result};
use crate::model::account::{Account, SignedIn};
use crate::model::address_list::AddressList;
use crate::model::compromise::Compromise;
use crate::model::email::Email;
use crate::model::ids::{AccountId, KeyId, OwnerId, ProjectId, SessionId, WorkspaceId};
use crate::model::key::{Key, LastUse};
use crate::model::stop::{Stop, Stops};
use crate::model::timestamp::Timestamp;
use crate::model::workspace::{Project, Workspace};

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

pub(super) fn maybe_at(millis: Option<i64>) -> Option<Timestamp> {
    millis.map(Timestamp::from_millis)
}

/// Reads a word that this program wrote.
pub(super) fn word<T: FromStr>(text: &str) -> Result<T> {
    text.parse()
        .map_err(|_| Error::Corrupt(format!("unexpected word “{text}”")))
}

/// Reads a SHA-256 digest.
pub(super) fn digest(bytes: &[u8]) -> Result<[u8; 32]> {
    bytes.try_into().map_err(|_| Error::Corrupt("a digest".to_owned()))
}

/// Reads the scopes of a key.
pub(super) fn scopes(text: &str) -> Result<Vec<String>> {
    serde_json::from_str(text).map_err(|_| Error::Corrupt("a key’s scopes".to_owned()))
}

/// Reads the addresses that a key may be used from.
pub(super) fn addresses(text: &str) -> Result<AddressList> {
    let corrupt = || Error::Corrupt("a key’s addresses".to_owned());
    let entries: Vec<String> = serde_json::from_str(text).map_err(|_| corrupt())?;
    AddressList::parse(&entries).map_err(|_| corrupt())
}

pub(super) fn email(text: &str) -> Email {
    Email::kept(text)
}

impl TryFrom<account::Model> for Account {
    type Error = Error;

    fn try_from(row: account::Model) -> Result<Self> {
        Ok(Self {
            id: AccountId(row.id),
            email: email(&row.email),
            staff: row.staff_role.as_deref().map(word).transpose()?,
            email_confirmed_at: maybe_at(row.email_confirmed_at),
            password_changed_at: at(row.password_changed_at),
            created_at: at(row.created_at),
            signed_in_at: maybe_at(row.signed_in_at),
            welcome_dismissed_at: maybe_at(row.welcome_dismissed_at),
        })
    }
}

impl From<session::Model> for SignedIn {
    fn from(row: session::Model) -> Self {
        Self {
            id: SessionId(row.id),
            address: row.address,
            user_agent: row.user_agent,
            created_at: at(row.created_at),
            last_seen_at: at(row.last_seen_at),
        }
    }
}

/// When, by whom and why all keys of an environment were stopped.
type Marks = (Option<i64>, Option<String>, Option<String>);

/// The stops of a row.
fn stops(live: Marks, test: Marks) -> Stops {
    let stop = |(at, by, why): Marks| {
        maybe_at(at).map(|at| Stop {
            at,
            by: by.unwrap_or_default(),
            why: why.unwrap_or_default(),
        })
    };
    Stops {
        live: stop(live),
        test: stop(test),
    }
}

impl From<workspace::Model> for Workspace {
    fn from(row: workspace::Model) -> Self {
        Self {
            id: WorkspaceId(row.id),
            slug: row.slug,
            name: row.name,
            plan: row.plan,
            suspended_at: maybe_at(row.suspended_at),
            stops: stops(
                (row.live_stopped_at, row.live_stopped_by, row.live_stopped_why),
                (row.test_stopped_at, row.test_stopped_by, row.test_stopped_why),
            ),
            created_at: at(row.created_at),
        }
    }
}

impl From<project::Model> for Project {
    fn from(row: project::Model) -> Self {
        Self {
            id: ProjectId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            slug: row.slug,
            name: row.name,
            suspended_at: maybe_at(row.suspended_at),
            stops: stops(
                (row.live_stopped_at, row.live_stopped_by, row.live_stopped_why),
                (row.test_stopped_at, row.test_stopped_by, row.test_stopped_why),
            ),
            created_at: at(row.created_at),
        }
    }
}

impl TryFrom<key::Model> for Key {
    type Error = Error;

    fn try_from(row: key::Model) -> Result<Self> {
        Ok(Self {
            id: KeyId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            project_id: row.project_id.map(ProjectId),
            owner_id: OwnerId(row.owner_id),
            type_id: row.type_id,
            environment: word(&row.environment)?,
            name: row.name,
            display_prefix: row.display_prefix,
            public_text: row.public_text,
            scopes: scopes(&row.scopes)?,
            allowed_addresses: addresses(&row.allowed_addresses)?,
            state: word(&row.state)?,
            expires_at: maybe_at(row.expires_at),
            next_expiry_notice_at: maybe_at(row.next_expiry_notice_at),
            webhook_url: row.webhook_url,
            has_signing_secret: row.signing_secret.is_some(),
            previous_secret_until: maybe_at(row.previous_secret_until),
            created_by: row.created_by,
            created_by_key: row.created_by_key.map(KeyId),
            created_at: at(row.created_at),
            updated_at: at(row.updated_at),
            disabled_at: maybe_at(row.disabled_at),
            disabled_until: maybe_at(row.disabled_until),
            revoked_at: maybe_at(row.revoked_at),
            compromise: match row.compromised_at.zip(row.compromised_how) {
                Some((found_at, how)) => Some(Compromise {
                    at: at(found_at),
                    how: word(&how)?,
                    address: row.compromised_address,
                }),
                None => None,
            },
            replaced_by: row.replaced_by.map(KeyId),
            replaced_at: maybe_at(row.replaced_at),
            own_expires_at: maybe_at(row.own_expires_at),
            revealed_at: maybe_at(row.revealed_at),
            last_use: row.last_used_at.map(|used| LastUse {
                at: at(used),
                address: row.last_used_address.unwrap_or_default(),
                user_agent: row.last_used_agent.unwrap_or_default(),
            }),
            version: row.version,
        })
    }
}
