//! Embed mode: pages of others that show what a customer has in the provider's API. A customer's server mints short sessions
//! for them, and proves with the embed signing key ([`signature`]) that it may.

pub mod origin;
pub mod signature;

use std::str::FromStr;

use crate::model::ids::{OwnerId, ProjectId, WorkspaceId};
use crate::model::timestamp::Timestamp;

/// Embed mode of a project, or of a workspace that owns its keys itself. It stays on record when it is disabled.
#[derive(Clone, Debug)]
pub struct Partner {
    pub owner_id: OwnerId,
    pub workspace_id: WorkspaceId,
    pub project_id: Option<ProjectId>,
    /// No secret: it says whose the page is. There is one while embed mode is enabled.
    pub publishable_key: Option<String>,
    /// Grows with every new signing key and every end: what a session of an earlier one is told by.
    pub generation: i64,
    /// Since when it is enabled, if it is.
    pub enabled_at: Option<Timestamp>,
    /// When the signing key was last made.
    pub rotated_at: Option<Timestamp>,
    /// Since when the provider has suspended it, if it has.
    pub suspended_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// Whatever the provider's API lets embedded pages do.
    Session,
    /// To list what there is to choose from, and nothing else.
    Catalog,
}

impl SessionKind {
    /// The word in the API and in the token.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Catalog => "catalog",
        }
    }
}

impl FromStr for SessionKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "session" => Ok(Self::Session),
            "catalog" => Ok(Self::Catalog),
            other => Err(format!("“{other}” is no kind of session")),
        }
    }
}

/// Why a good key mints no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmbedRefusal {
    /// Embed mode is not enabled where the key belongs.
    Off,
    /// The provider has suspended the partnership.
    Suspended,
    /// The publishable key or the signature is missing: a key alone is not enough.
    Unsigned,
    /// The publishable key is another's, or the signature is wrong or old.
    Wrong,
}

impl EmbedRefusal {
    /// The HTTP status of the answer.
    pub fn status(self) -> u16 {
        match self {
            Self::Off | Self::Wrong => 401,
            Self::Suspended | Self::Unsigned => 403,
        }
    }

    /// The code that the customer's program sees.
    pub fn code(self) -> &'static str {
        match self {
            Self::Off | Self::Wrong => "invalid_credentials",
            Self::Suspended => "partner_suspended",
            Self::Unsigned => "insufficient_scope",
        }
    }

    /// The exact reason, for the provider's own systems, the dashboard and the counters.
    pub fn reason(self) -> &'static str {
        match self {
            Self::Off => "embed_off",
            Self::Suspended => "partner_suspended",
            Self::Unsigned => "embed_unsigned",
            Self::Wrong => "embed_signature",
        }
    }

    /// A sentence for the customer's program and the person who reads its log.
    pub fn message(self) -> &'static str {
        match self {
            Self::Off => {
                "Embed mode is not enabled where this API key belongs: enable it in the dashboard, under Embed."
            }
            Self::Suspended => "The embed partnership is suspended. Contact support.",
            Self::Unsigned => {
                "An API key alone mints no embed session: send publishable_key in the body, and sign the request \
                 with the embed signing key (X-Embed-Timestamp, X-Embed-Signature)."
            }
            Self::Wrong => {
                "The publishable key or the signature is not valid: sign “timestamp.body” with the current embed \
                 signing key, at most five minutes before sending it."
            }
        }
    }
}

impl Partner {
    /// Why no session is minted, and none is good; nothing when embed mode is on.
    pub fn refusal(partner: Option<&Self>) -> Option<EmbedRefusal> {
        match partner {
            Some(partner) if partner.enabled_at.is_some() => {
                partner.suspended_at.is_some().then_some(EmbedRefusal::Suspended)
            }
            _ => Some(EmbedRefusal::Off),
        }
    }

    /// Why a request that names this publishable key is not this partner's; nothing when it is.
    pub fn refusal_of(&self, named: Option<&str>) -> Option<EmbedRefusal> {
        match named {
            None => Some(EmbedRefusal::Unsigned),
            named if named == self.publishable_key.as_deref() => None,
            Some(_) => Some(EmbedRefusal::Wrong),
        }
    }
}
