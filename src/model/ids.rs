//! Identifiers: one type a noun, so that a project's id cannot be handed over where a key's is meant.

use std::fmt;
use std::str::FromStr;

use uuid::{Builder, Uuid};

use crate::model::timestamp::Timestamp;

/// A UUID of version 7 (RFC 9562, section 5.7): ordered by time, ten bytes of it random.
pub fn uuid_v7(now: Timestamp, random: [u8; 10]) -> Uuid {
    Builder::from_unix_timestamp_millis(now.millis().unsigned_abs(), &random).into_uuid()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self)
            }
        }
    };
}

id!(
    /// A person.
    AccountId
);
id!(
    /// A browser's session.
    SessionId
);
id!(
    /// A tenant.
    WorkspaceId
);
id!(
    /// A part of a workspace.
    ProjectId
);
id!(
    /// What keys belong to: a project, or a workspace where the profile says so.
    OwnerId
);
id!(
    /// A key.
    KeyId
);
id!(
    /// The credential of the provider's own backend.
    ServiceTokenId
);
id!(
    /// A line of the audit trail.
    AuditEventId
);
