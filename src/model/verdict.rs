//! The answer of verification: a value, not an error.

use std::net::IpAddr;

use crate::model::access::{Access, Environment};
use crate::model::credits::Short;
use crate::model::embed::EmbedRefusal;
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::model::lack::Lack;
use crate::model::timestamp::plural;
use crate::model::token_fault::TokenFault;
use crate::model::workspace::{Project, Workspace};

/// What verification answers: what the caller wanted of the key, or why not.
#[derive(Clone, Debug)]
pub enum Verdict<T = Box<Identity>> {
    Allowed(T),
    Refused(Refused),
}

impl<T> Verdict<T> {
    /// The same verdict; if it lets through, with another answer.
    pub fn map<U>(self, answer: impl FnOnce(T) -> U) -> Verdict<U> {
        match self {
            Self::Allowed(allowed) => Verdict::Allowed(answer(allowed)),
            Self::Refused(refused) => Verdict::Refused(refused),
        }
    }
}

/// A refusal, and the key it was about when there was one.
#[derive(Clone, Debug)]
pub struct Refused {
    pub refusal: Refusal,
    pub key: Option<KeyId>,
}

/// Who a good key speaks for.
#[derive(Clone, Debug)]
pub struct Identity {
    pub key: Key,
    pub workspace: Workspace,
    pub project: Option<Project>,
    pub access: Access,
}

/// Why a request is refused, in the order in which the reasons are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No credential came with the request.
    Missing,
    /// Came over plain http, or nobody can say that it did not, where https is required.
    HttpsRequired,
    /// Not of a form that any key of this API has.
    Malformed,
    /// Of the right form, but no such key.
    Unknown,
    Revoked,
    /// Somebody else may know it.
    Compromised,
    Disabled,
    Expired,
    /// A token of the identity provider that is not good.
    Token(TokenFault),
    /// Not a key of the environment that was asked for.
    WrongEnvironment(Environment),
    WorkspaceSuspended,
    ProjectSuspended,
    /// All keys of its environment are refused, until somebody undoes that.
    EnvironmentStopped,
    /// The request can be read in two ways; the half sentence says why.
    Ambiguous(&'static str),
    /// Lacks the scope, or the access (`all` or `read`), that was asked for.
    Insufficient(Lack),
    /// From an address that is not on the key’s list; from nobody knows where, when that is not told.
    AddressNotAllowed(Option<IpAddr>),
    RateLimited(Box<Exceeded>),
    /// The workspace cannot pay for it.
    InsufficientCredits(Box<Short>),
    /// A good key that mints no embed session.
    Embed(EmbedRefusal),
    /// The token of an inbound webhook is none of ours, or no longer, or the key that owns it is not good.
    InboundToken,
}

/// The limit that had no room for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Its name in the profile.
    pub limit: String,
    /// So many requests …
    pub count: u32,
    /// … in so many milliseconds.
    pub period_millis: i64,
    /// When the next one has room, in milliseconds from now.
    pub wait_millis: i64,
}

impl Exceeded {
    /// After how many whole seconds the next request has room.
    pub fn retry_after_seconds(&self) -> i64 {
        (self.wait_millis + 999).div_euclid(1_000).max(1)
    }

    /// The `RateLimit` field (draft-ietf-httpapi-ratelimit-headers-10, section 4).
    pub fn header(&self) -> String {
        format!("\"{}\";r=0;t={}", self.limit, self.retry_after_seconds())
    }

    /// The `RateLimit-Policy` field (section 3 there).
    pub fn policy_header(&self) -> String {
        format!("\"{}\";q={};w={}", self.limit, self.count, self.period_millis / 1_000)
    }
}

impl Refusal {
    /// The HTTP status of the answer.
    pub fn status(&self) -> u16 {
        match self {
            Refusal::Missing
            | Refusal::Malformed
            | Refusal::Unknown
            | Refusal::Revoked
            | Refusal::Compromised
            | Refusal::Disabled
            | Refusal::Expired
            | Refusal::Token(_)
            | Refusal::EnvironmentStopped
            | Refusal::WrongEnvironment(_) => 401,
            Refusal::Ambiguous(_) => 400,
            Refusal::HttpsRequired
            | Refusal::WorkspaceSuspended
            | Refusal::ProjectSuspended
            | Refusal::Insufficient(_)
            | Refusal::AddressNotAllowed(_) => 403,
            Refusal::RateLimited(_) => 429,
            Refusal::InsufficientCredits(_) => 402,
            Refusal::Embed(refusal) => refusal.status(),
            Refusal::InboundToken => 401,
        }
    }

    /// The code that the customer's program sees. What is wrong with a credential is not told to the one who presents it.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Missing => "missing_authorization",
            Refusal::HttpsRequired => "https_required",
            Refusal::Malformed
            | Refusal::Unknown
            | Refusal::Revoked
            | Refusal::Compromised
            | Refusal::Disabled
            | Refusal::Expired
            | Refusal::Token(_)
            | Refusal::EnvironmentStopped
            | Refusal::WrongEnvironment(_) => "invalid_credentials",
            // For the program that asks it is the same: only support can help. The reason says which of them it is.
            Refusal::WorkspaceSuspended | Refusal::ProjectSuspended => "workspace_suspended",
            Refusal::Ambiguous(_) => "ambiguous_path",
            Refusal::Insufficient(_) => "insufficient_scope",
            Refusal::AddressNotAllowed(_) => "ip_not_allowed",
            Refusal::RateLimited(_) => "rate_limit_exceeded",
            Refusal::InsufficientCredits(_) => "insufficient_credits",
            Refusal::Embed(refusal) => refusal.code(),
            Refusal::InboundToken => "invalid_credentials",
        }
    }

    /// The exact reason, for the provider's own systems, the dashboard and the counters.
    pub fn reason(&self) -> &'static str {
        match self {
            Refusal::Missing => "missing",
            Refusal::HttpsRequired => "https_required",
            Refusal::Malformed => "malformed",
            Refusal::Unknown => "unknown",
            Refusal::Revoked => "revoked",
            Refusal::Compromised => "compromised",
            Refusal::Disabled => "disabled",
            Refusal::Expired => "expired",
            Refusal::Token(fault) => fault.reason(),
            Refusal::WrongEnvironment(_) => "wrong_environment",
            Refusal::WorkspaceSuspended => "workspace_suspended",
            Refusal::ProjectSuspended => "project_suspended",
            Refusal::EnvironmentStopped => "environment_stopped",
            Refusal::Ambiguous(_) => "ambiguous_path",
            Refusal::Insufficient(_) => "insufficient_scope",
            Refusal::AddressNotAllowed(_) => "ip_not_allowed",
            Refusal::RateLimited(_) => "rate_limit_exceeded",
            Refusal::InsufficientCredits(_) => "insufficient_credits",
            Refusal::Embed(refusal) => refusal.reason(),
            Refusal::InboundToken => "inbound_token",
        }
    }

    /// The scope that is missing; or else the environment, limit or number of credits that stood in the way. Where a key lacks
    /// something that is no scope, there is nothing to name.
    pub fn needed(&self) -> Option<String> {
        match self {
            Refusal::Insufficient(lack) => lack.scope().map(ToOwned::to_owned),
            Refusal::WrongEnvironment(needed) => Some(needed.to_string()),
            Refusal::RateLimited(exceeded) => Some(exceeded.limit.clone()),
            Refusal::InsufficientCredits(short) => Some(short.needed()),
            _ => None,
        }
    }

    /// The same sentence as [`Refusal::message`], where it is known how a key is sent: `as “Authorization: Bearer <key>”`.
    pub fn message_where(&self, how_to_send: impl FnOnce() -> String) -> String {
        match self {
            Refusal::Missing => format!("Send an API key with this request, {}.", how_to_send()),
            _ => self.message(),
        }
    }

    /// What stood in the way, in words for the people who own the key.
    pub fn stood_in_the_way(&self) -> Option<String> {
        match self {
            Refusal::Insufficient(lack) => Some(lack.words().to_owned()),
            Refusal::Ambiguous(why) => Some((*why).to_owned()),
            Refusal::AddressNotAllowed(address) => Some(address.map_or_else(
                || "no address was told".to_owned(),
                |address| address.to_canonical().to_string(),
            )),
            _ => self.needed(),
        }
    }

    /// A sentence for the customer's program and the person who reads its log.
    pub fn message(&self) -> String {
        match self {
            Refusal::Missing => "Send an API key with this request.".to_owned(),
            Refusal::HttpsRequired => {
                "Send requests over https alone. A secret key that was sent over plain http counts as compromised: replace it."
                    .to_owned()
            }
            Refusal::Malformed
            | Refusal::Unknown
            | Refusal::Revoked
            | Refusal::Compromised
            | Refusal::Disabled
            | Refusal::Expired
            | Refusal::EnvironmentStopped
            | Refusal::WrongEnvironment(_) => {
                "This API key is not valid: it is unknown, disabled, expired or revoked.".to_owned()
            }
            Refusal::Token(_) => {
                "This token is not valid: it is over, for something else, or not signed as this API wants it."
                    .to_owned()
            }
            Refusal::WorkspaceSuspended => "The workspace of this API key is suspended.".to_owned(),
            Refusal::ProjectSuspended => "The project of this API key is suspended.".to_owned(),
            Refusal::Ambiguous(why) => format!(
                "This request can be read in two ways: {why}. Write it as the documentation does."
            ),
            Refusal::Insufficient(lack) => lack.message(),
            Refusal::AddressNotAllowed(Some(address)) => {
                format!("This API key may not be used from {}.", address.to_canonical())
            }
            Refusal::AddressNotAllowed(None) => {
                "This API key may be used from some addresses only, and nobody said from which one this request came.".to_owned()
            }
            Refusal::RateLimited(exceeded) => format!(
                "Rate limit exceeded. Try again in {}.",
                plural(exceeded.retry_after_seconds(), "second")
            ),
            Refusal::InsufficientCredits(short) => short.message(),
            Refusal::Embed(refusal) => refusal.message().to_owned(),
            Refusal::InboundToken => {
                "This inbound token is not valid: it is unknown or revoked, or the key that owns it is.".to_owned()
            }
        }
    }
}
