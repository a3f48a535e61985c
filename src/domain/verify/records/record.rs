//! What memory holds of a key: what a verdict and its answer need, in as few bytes as that takes.

use std::sync::Arc;

use super::label::{DisplayPrefix, Label};
use super::shared::{Rights, Tenant};
use crate::domain::usage::counted::Counted;
use crate::domain::verify::judge::Powers;
use crate::model::access::{Access, Environment};
use crate::model::ahead;
use crate::model::ids::KeyId;
use crate::model::key::KeyState;
use crate::model::rate::Recent;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Refusal;
use crate::profile::KeyType;

/// How much of a digest tells one key from another: 128 bits, as many as a key has to guess at the least. To be taken for
/// a key of ours somebody would have to find a text with the same beginning of a digest (a second preimage), not just any
/// two texts that are alike.
pub(super) const COMPARED: usize = 16;

/// The position of a type that the profile no longer has.
const NO_TYPE: u8 = u8::MAX;

/// A key in memory, and what is counted of it: all that a verdict looks at or changes of the key alone, so that it waits for memory once. A
/// million of these are kept: mind its size (there is a test). It is two lines of memory, which processors fetch in pairs: what decides, and
/// what answers and counts.
#[derive(Debug)]
#[repr(C, align(128))]
pub struct Record {
    digest: [u8; COMPARED],
    pub(super) tenant: Arc<Tenant>,
    pub(super) rights: Arc<Rights>,
    /// Milliseconds since 1970; the end of time for never. Of a disabled key, which has no use for it, the moment at which it works
    /// again.
    expires_at: i64,
    pub(super) version: u32,
    /// Which of the profile's key types.
    pub(super) type_position: u8,
    pub(super) environment: Environment,
    pub(super) state: KeyState,
    /// Asked for since the hand of the clock last came by: see eviction.
    pub(super) touched: bool,
    /// What was let through lately, for the first limit that every request of the key counts against.
    pub(super) recent: Recent,
    pub(super) id: KeyId,
    label: Label,
    /// What was let through since it was last written down.
    pub(super) counted: Counted,
}

/// What a record is made of.
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    pub digest: &'a [u8; 32],
    pub id: KeyId,
    pub name: &'a str,
    pub display_prefix: &'a str,
    /// What keys of its type begin with.
    pub common_prefix: Option<&'a str>,
    pub rights: Arc<Rights>,
    pub tenant: Arc<Tenant>,
    /// Of a disabled key: when it works again.
    pub expires_at: Option<Timestamp>,
    pub version: i64,
    pub type_position: Option<usize>,
    pub environment: Environment,
    pub state: KeyState,
}

/// A good key, for as long as its answer is being written.
#[derive(Debug)]
pub struct Granted<'a> {
    pub key_id: KeyId,
    pub name: &'a str,
    pub display_prefix: DisplayPrefix<'a>,
    /// Empty when the profile no longer has the type.
    pub type_id: &'a str,
    pub environment: Environment,
    pub access: Access,
    pub scopes: &'a [String],
    pub expires_at: Option<Timestamp>,
    pub tenant: &'a Tenant,
    /// Whom a token is about, when it is no key that was good.
    pub subject: Option<&'a str>,
}

impl Record {
    /// A record as the database has it.
    pub fn new(parts: Parts<'_>) -> Self {
        let mut digest = [0; COMPARED];
        digest.copy_from_slice(&parts.digest[..COMPARED]);
        Self {
            digest,
            id: parts.id,
            label: Label::new(parts.display_prefix, parts.name, parts.common_prefix),
            rights: parts.rights,
            tenant: parts.tenant,
            expires_at: parts.expires_at.map_or(i64::MAX, Timestamp::millis),
            recent: Recent::default(),
            // Nobody changes one key four billion times.
            version: u32::try_from(parts.version).unwrap_or(u32::MAX),
            type_position: parts
                .type_position
                .and_then(|position| u8::try_from(position).ok())
                .unwrap_or(NO_TYPE),
            environment: parts.environment,
            state: parts.state,
            touched: true,
            counted: Counted::default(),
        }
    }

    /// Asks memory for the second line, and for what it points to.
    #[inline]
    pub(super) fn fetch_rest(&self) {
        ahead::fetch(&self.id);
        self.tenant.fetch();
        self.recent.fetch();
    }

    pub(super) fn is_for(&self, digest: &[u8; 32]) -> bool {
        self.digest == digest[..COMPARED]
    }

    /// The beginning of its digest.
    pub(super) fn beginning(&self) -> &[u8; COMPARED] {
        &self.digest
    }

    /// Whether this may stand in memory in place of `other`: never something older, and nothing ever in place of the end.
    pub(super) fn replaces(&self, other: &Self) -> bool {
        let was_final = match other.state {
            KeyState::Revoked => self.state != KeyState::Revoked,
            KeyState::Compromised => !matches!(self.state, KeyState::Compromised | KeyState::Revoked),
            KeyState::Active | KeyState::Disabled => false,
        };
        self.version >= other.version && !was_final
    }

    /// State, expiry and suspension, in the order of the contract.
    pub(super) fn refusal(&self, now: Timestamp) -> Option<Refusal> {
        match self.state {
            KeyState::Revoked => Some(Refusal::Revoked),
            KeyState::Compromised => Some(Refusal::Compromised),
            KeyState::Disabled => Some(Refusal::Disabled),
            KeyState::Active if now.millis() >= self.expires_at => Some(Refusal::Expired),
            KeyState::Active => self.tenant.suspended.refusal(self.environment),
        }
    }

    /// Whether it does no harm that others know it: it is public, or refused for good.
    pub(super) fn is_past_harm(&self, key_types: &[KeyType]) -> bool {
        let key_type = key_types.get(usize::from(self.type_position));
        matches!(self.state, KeyState::Revoked | KeyState::Compromised)
            || key_type.is_some_and(|key_type| key_type.public)
    }

    /// Whether it was disabled until a moment that has come: then the database says what holds.
    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        self.state == KeyState::Disabled && now.millis() >= self.expires_at
    }

    pub(super) fn powers(&self, key_types: &[KeyType]) -> Powers<'_> {
        let key_type = key_types.get(usize::from(self.type_position));
        Powers {
            environment: self.environment,
            // A type that the profile no longer has grants nothing but what its scopes say.
            access: key_type.map_or(Access::Scopes, |key_type| key_type.access),
            scopes: &self.rights.scopes,
            addresses: &self.rights.addresses,
        }
    }

    pub(super) fn granted<'a>(&'a self, key_types: &'a [KeyType]) -> Granted<'a> {
        let powers = self.powers(key_types);
        let key_type = key_types.get(usize::from(self.type_position));
        let format = key_type.and_then(|key_type| key_type.format(self.environment));
        let (display_prefix, name) = self.label.parts(format.map(|format| &*format.prefix));
        Granted {
            key_id: self.id,
            name,
            display_prefix,
            type_id: key_type.map_or("", |key_type| &key_type.id),
            environment: powers.environment,
            access: powers.access,
            scopes: powers.scopes,
            expires_at: (self.expires_at != i64::MAX).then(|| Timestamp::from_millis(self.expires_at)),
            tenant: &self.tenant,
            subject: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::mem::offset_of;

    use super::*;

    #[test]
    fn it_is_two_lines() {
        assert_eq!((size_of::<Record>(), align_of::<Record>()), (128, 128));
        assert_eq!(size_of::<Option<Record>>(), size_of::<Record>());
        assert_eq!(offset_of!(Record, id), 64, "where the second begins");
    }
}
