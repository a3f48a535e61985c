//! Webhooks: an event is told to an endpoint by a delivery, in one or more attempts.

pub mod customer_event;
pub mod retry_after;
pub mod schedule;
pub mod signature;

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

pub use customer_event::CustomerEvent;

use crate::model::ids::{EndpointId, KeyId, ProjectId, WorkspaceId};
use crate::model::timestamp::Timestamp;

/// The most bytes that the data of an event may have.
pub const LARGEST_DATA: usize = 256 * 1024;

/// The most characters an idempotency key may have.
pub const LONGEST_IDEMPOTENCY_KEY: usize = 255;

/// A delivery. Written `msg_…`: what receivers know as `webhook-id`, the same on each attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeliveryId(pub Uuid);

impl fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "msg_{}", self.0.simple())
    }
}

impl FromStr for DeliveryId {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = text.strip_prefix("msg_").and_then(|hex| Uuid::try_parse(hex).ok());
        // In one form only: an id is compared as text by those who receive it.
        let id = id.map(Self).filter(|id| id.to_string() == text);
        id.ok_or("the id of a delivery begins with msg_")
    }
}

/// What kind of event it is: a word of the provider's, such as `invoice.paid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventType(String);

const LONGEST_TYPE: usize = 100;

impl From<CustomerEvent> for EventType {
    fn from(event: CustomerEvent) -> Self {
        Self(event.as_str().to_owned())
    }
}

impl EventType {
    /// Checks what was sent; the error is a sentence for the field.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if text.is_empty() || text.len() > LONGEST_TYPE || !text.bytes().all(is_fine) {
            return Err("Use 1 to 100 letters, digits, dots, hyphens and underscores, like invoice.paid.");
        }
        Ok(Self(text.to_owned()))
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Declares an enum of words, as they are in the database and the API.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in the database and the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let found = Self::ALL.iter().find(|one| one.as_str() == text);
                found.copied().ok_or_else(|| format!("“{text}” is unknown"))
            }
        }
    };
}

words! {
    /// What has become of a delivery.
    DeliveryState {
        /// There will be an attempt, or there is one right now.
        Waiting = "waiting",
        /// The receiver answered with a 2xx status.
        Delivered = "delivered",
        /// All attempts were made, none succeeded.
        Failed = "failed",
        /// Given up before; see [`StopReason`].
        Stopped = "stopped",
    }
}

words! {
    /// Why a delivery was given up before its last attempt.
    StopReason {
        /// The endpoint was switched off.
        EndpointOff = "endpoint_off",
        /// The key was revoked: its secret signs nothing any more.
        KeyRevoked = "key_revoked",
        /// There is no secret to sign with.
        NoSecret = "no_secret",
    }
}

words! {
    /// Why an endpoint gets no events.
    OffReason {
        /// Every attempt failed for five days.
        Failing = "failing",
        /// It answered 410 Gone.
        Gone = "gone",
        /// A person switched it off.
        ByHand = "by_hand",
    }
}

/// Since when, and why, an endpoint is off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Off {
    pub at: Timestamp,
    pub reason: OffReason,
}

/// Where events go: a URL that events of a key go to, or a workspace's own. Its secret stays in the store.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub id: EndpointId,
    pub workspace_id: WorkspaceId,
    pub project_id: Option<ProjectId>,
    /// Nothing: the workspace's own endpoint.
    pub key_id: Option<KeyId>,
    pub url: String,
    /// The types of events it wants; nothing: all.
    pub event_types: Option<Vec<String>>,
    /// When the first attempt failed since the last that succeeded.
    pub failing_since: Option<Timestamp>,
    pub off: Option<Off>,
    /// Of the workspace's own endpoint; see [`crate::model::key::Key::previous_secret_until`] for a key's.
    pub previous_secret_until: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl Endpoint {
    /// Whether it asked to be told of this.
    pub fn wants(&self, event: CustomerEvent) -> bool {
        let types = self.event_types.as_ref();
        types.is_none_or(|types| types.iter().any(|wanted| wanted == event.as_str()))
    }
}

/// One event on its way to one endpoint.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: DeliveryId,
    pub endpoint_id: EndpointId,
    pub workspace_id: WorkspaceId,
    pub project_id: Option<ProjectId>,
    pub key_id: Option<KeyId>,
    /// The endpoint's.
    pub url: String,
    pub event_type: String,
    /// Exactly what is sent.
    pub body: String,
    pub idempotency_key: Option<String>,
    pub state: DeliveryState,
    pub stopped_because: Option<StopReason>,
    /// How many attempts there were in all.
    pub attempts: i64,
    /// How many since it was accepted, or last sent again by hand: where it stands in the schedule.
    pub tries: i64,
    /// While an attempt runs: when it counts as lost.
    pub next_attempt_at: Option<Timestamp>,
    /// Until then an attempt may be running.
    pub claimed_until: Option<Timestamp>,
    /// The node that makes it.
    pub claimed_by: Option<Uuid>,
    pub created_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

impl Delivery {
    /// Whether an attempt is running, as far as is known.
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        self.state == DeliveryState::Waiting && self.claimed_until.is_some_and(|until| until > now)
    }
}

/// One request that was made to deliver an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The first is 1.
    pub number: i64,
    pub at: Timestamp,
    pub took_millis: i64,
    /// Of the answer, when there was one.
    pub status: Option<u16>,
    /// The code of what went wrong when there was none; see the courier's failures.
    pub failure: Option<String>,
    /// The beginning of the answer's body, as text.
    pub answer: Option<String>,
    /// Whether the answer was longer.
    pub answer_cut: bool,
    /// The address that was connected to.
    pub address: Option<String>,
    /// `webhook-timestamp` as it was sent.
    pub timestamp_header: String,
    /// `webhook-signature` as it was sent.
    pub signature_header: String,
}

impl Attempt {
    /// Whether the receiver took the event.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_in_one_way() {
        let id = DeliveryId(Uuid::from_u128(0x018b_cfe5_6800_7000_bfff_0000_0000_00ab));
        assert_eq!(id.to_string(), "msg_018bcfe568007000bfff0000000000ab");
        assert_eq!(id.to_string().parse(), Ok(id));
        for other in [
            "018bcfe568007000bfff0000000000ab",
            "msg_018BCFE568007000BFFF0000000000AB",
            "msg_018bcfe5-6800-7000-bfff-0000000000ab",
            "msg_",
        ] {
            assert!(other.parse::<DeliveryId>().is_err(), "{other}");
        }
    }

    #[test]
    fn types_are_plain_words() {
        for good in ["a", "invoice.paid", "a-b_C.9", &"x".repeat(100)] {
            assert!(EventType::parse(good).is_ok(), "{good}");
        }
        for bad in ["", " a", "a b", "ä", "a/b", &"x".repeat(101)] {
            assert!(EventType::parse(bad).is_err(), "{bad}");
        }
    }
}
