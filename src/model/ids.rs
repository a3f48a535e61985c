//! Identifiers: one type a noun, so that a project's id cannot be handed over where a key's is meant.

use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use uuid::{Builder, Uuid};

use crate::model::timestamp::Timestamp;

/// Makes UUIDs of version 7 (RFC 9562, section 5.7) of which each is greater than the one before, also within a millisecond
/// and when the clock is set back: 48 bits of time, a counter of 12 bits in `rand_a` (section 6.2, method 1), 62 random.
#[derive(Debug, Default)]
pub struct Ids {
    /// Milliseconds and counter of the last one.
    last: AtomicU64,
}

impl Ids {
    pub fn next(&self, now: Timestamp, random: [u8; 8]) -> Uuid {
        let earliest = now.millis().unsigned_abs() << 12;
        let after = |last: u64| earliest.max(last + 1);
        // A counter that is used up borrows from the next millisecond.
        let (Ok(last) | Err(last)) = self
            .last
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| Some(after(last)));
        let time = after(last);
        let mut rest = [0; 10];
        rest[..2].copy_from_slice(&((time & 0xfff) as u16).to_be_bytes());
        rest[2..].copy_from_slice(&random);
        Builder::from_unix_timestamp_millis(time >> 12, &rest).into_uuid()
    }
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

            /// With hyphens and without braces, as RFC 9562 writes them (section 4): nobody is told that there are other ways.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let is_usual = text.len() == uuid::fmt::Hyphenated::LENGTH;
                Uuid::try_parse(if is_usual { text } else { "" }).map(Self)
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
    /// An invitation to a workspace.
    InvitationId
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
id!(
    /// Where events are sent.
    EndpointId
);
id!(
    /// The token of an inbound webhook.
    InboundTokenId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_greater_than_the_one_before() {
        let ids = Ids::default();
        let now = Timestamp::from_millis(1_700_000_000_000);
        let mut last = ids.next(now, [0xff; 8]);
        assert_eq!(last.to_string(), "018bcfe5-6800-7000-bfff-ffffffffffff");
        // More than one millisecond's counter holds, and a clock that is set back.
        for round in 0..5_000 {
            let id = ids.next(now.plus(-round), [0; 8]);
            assert!(id > last, "{round}: {last} {id}");
            assert_eq!(id.get_version_num(), 7);
            last = id;
        }
        assert_eq!(last.get_timestamp().map(|at| at.to_unix().0), Some(1_700_000_000));
        assert!(ids.next(now.plus(60_000), [0; 8]) > last);
    }

    #[test]
    fn an_id_is_written_in_one_way() {
        let text = "018bcfe5-6800-7000-bfff-ffffffffffff";
        assert_eq!(text.parse::<KeyId>().map(|id| id.to_string()).as_deref(), Ok(text));
        assert!(text.to_uppercase().parse::<KeyId>().is_ok(), "case does not matter");
        let simple = text.replace('-', "");
        for other in [
            "",
            &simple,
            &format!("{{{text}}}"),
            &format!("urn:uuid:{text}"),
            &format!(" {text}"),
        ] {
            assert!(other.parse::<KeyId>().is_err(), "{other}");
        }
    }
}
