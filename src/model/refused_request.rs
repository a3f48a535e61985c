//! A request that was refused, on record: what somebody who asks "why?" is told.

use crate::model::ids::KeyId;
use crate::model::mistake::Mistake;
use crate::model::request_id::RequestId;
use crate::model::timestamp::{DAY, Timestamp};

/// How long it is on record, in milliseconds.
pub const KEPT: i64 = 14 * DAY;

/// A request that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedRequest {
    pub at: Timestamp,
    /// Whose it was; nothing, when what was presented is no key.
    pub key: Option<KeyId>,
    /// What its answer was called. (What was noted by an older version has no name.)
    pub request_id: Option<RequestId>,
    /// See [`crate::model::verdict::Refusal::reason`].
    pub reason: String,
    /// The scope, access, environment or limit that stood in the way.
    pub needed: Option<String>,
    /// The method, and the pattern of the profile's route: never the path itself, which may hold anything.
    pub request: Option<String>,
    /// Where the credential was: the name of a header, and its scheme.
    pub read_from: Option<String>,
    /// What is wrong with how the credential was written, if that can be told.
    pub mistake: Option<Mistake>,
    /// How what was presented begins, where it begins like a key: no more than people are shown of keys.
    pub presented: Option<String>,
    pub address: String,
    pub user_agent: String,
}
