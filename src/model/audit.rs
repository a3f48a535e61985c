//! The audit trail: who did what, to what, when, from where.

use crate::model::ids::{AccountId, AuditEventId, KeyId, ProjectId};
use crate::model::timestamp::Timestamp;

/// What was done, in the past tense; the words are part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    WorkspaceCreated,
    WorkspaceRenamed,
    WorkspaceSuspended,
    WorkspaceResumed,
    MemberInvited,
    InvitationWithdrawn,
    MemberAdded,
    MemberRoleChanged,
    MemberRemoved,
    ProjectCreated,
    ProjectRenamed,
    KeyCreated,
    KeyRevealed,
    KeyChanged,
    KeyDisabled,
    KeyEnabled,
    KeyRolled,
    KeyRevoked,
    KeyCompromised,
    KeyReported,
    KeyDeleted,
    LeakRuleChanged,
    SigningSecretRotated,
    SigningSecretRevealed,
    SigningSecretRetired,
    EndpointCreated,
    EndpointChanged,
    EndpointRemoved,
    EndpointSwitchedOff,
    EndpointSwitchedOn,
    WebhookResent,
    WebhookTested,
    KeyLookedUp,
    WorkspaceLookedUp,
    AccountLookedUp,
    PlanChanged,
    CreditsGranted,
    ProjectSuspended,
    ProjectResumed,
    KeysStopped,
    KeysResumed,
    ConfirmationResent,
    SessionsEnded,
    EmbedEnabled,
    EmbedDisabled,
    EmbedKeyRotated,
    EmbedKeyRevealed,
    EmbedSuspended,
    EmbedResumed,
    InboundTokenCreated,
    InboundTokenRevealed,
    InboundTokenRevoked,
}

impl Action {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::WorkspaceCreated => "workspace.created",
            Action::WorkspaceRenamed => "workspace.renamed",
            Action::WorkspaceSuspended => "workspace.suspended",
            Action::WorkspaceResumed => "workspace.resumed",
            Action::MemberInvited => "member.invited",
            Action::InvitationWithdrawn => "invitation.withdrawn",
            Action::MemberAdded => "member.added",
            Action::MemberRoleChanged => "member.role_changed",
            Action::MemberRemoved => "member.removed",
            Action::ProjectCreated => "project.created",
            Action::ProjectRenamed => "project.renamed",
            Action::KeyCreated => "key.created",
            Action::KeyRevealed => "key.revealed",
            Action::KeyChanged => "key.changed",
            Action::KeyDisabled => "key.disabled",
            Action::KeyEnabled => "key.enabled",
            Action::KeyRolled => "key.rolled",
            Action::KeyRevoked => "key.revoked",
            Action::KeyCompromised => "key.compromised",
            Action::KeyReported => "key.reported",
            Action::LeakRuleChanged => "leak_rule.changed",
            Action::KeyDeleted => "key.deleted",
            Action::SigningSecretRotated => "signing_secret.rotated",
            Action::SigningSecretRevealed => "signing_secret.revealed",
            Action::SigningSecretRetired => "signing_secret.retired",
            Action::EndpointCreated => "webhook_endpoint.created",
            Action::EndpointChanged => "webhook_endpoint.changed",
            Action::EndpointRemoved => "webhook_endpoint.removed",
            Action::EndpointSwitchedOff => "webhook_endpoint.switched_off",
            Action::EndpointSwitchedOn => "webhook_endpoint.switched_on",
            Action::WebhookResent => "webhook.resent",
            Action::WebhookTested => "webhook.tested",
            Action::KeyLookedUp => "key.looked_up",
            Action::WorkspaceLookedUp => "workspace.looked_up",
            Action::AccountLookedUp => "account.looked_up",
            Action::PlanChanged => "workspace.plan_changed",
            Action::CreditsGranted => "credits.granted",
            Action::ProjectSuspended => "project.suspended",
            Action::ProjectResumed => "project.resumed",
            Action::KeysStopped => "keys.stopped",
            Action::KeysResumed => "keys.resumed",
            Action::ConfirmationResent => "account.confirmation_resent",
            Action::SessionsEnded => "account.sessions_ended",
            Action::EmbedEnabled => "embed.enabled",
            Action::EmbedDisabled => "embed.disabled",
            Action::EmbedKeyRotated => "embed.signing_key_rotated",
            Action::EmbedKeyRevealed => "embed.signing_key_revealed",
            Action::EmbedSuspended => "embed.suspended",
            Action::EmbedResumed => "embed.resumed",
            Action::InboundTokenCreated => "inbound_token.created",
            Action::InboundTokenRevealed => "inbound_token.revealed",
            Action::InboundTokenRevoked => "inbound_token.revoked",
        }
    }

    /// What the trail's page says of it.
    pub fn sentence(word: &str) -> &str {
        match word {
            "workspace.created" => "created the workspace",
            "workspace.renamed" => "renamed the workspace",
            "workspace.suspended" => "suspended the workspace",
            "workspace.resumed" => "resumed the workspace",
            "member.invited" => "invited somebody",
            "invitation.withdrawn" => "withdrew an invitation",
            "member.added" => "added a member",
            "member.role_changed" => "changed a member’s role",
            "member.removed" => "removed a member",
            "project.created" => "created the project",
            "project.renamed" => "renamed the project",
            "key.created" => "created the key",
            "key.revealed" => "was shown the key",
            "key.changed" => "changed the key",
            "key.disabled" => "disabled the key",
            "key.enabled" => "enabled the key",
            "key.rolled" => "rolled the key",
            "key.revoked" => "revoked the key",
            "key.compromised" => "marked the key as compromised",
            "key.reported" => "was told that the key leaked",
            "leak_rule.changed" => "changed what is done with leaked keys",
            "key.deleted" => "deleted the key",
            "signing_secret.rotated" => "rotated the signing secret",
            "signing_secret.revealed" => "was shown the signing secret",
            "signing_secret.retired" => "ended the previous signing secret",
            "webhook_endpoint.created" => "set the workspace’s webhook endpoint",
            "webhook_endpoint.changed" => "changed the workspace’s webhook endpoint",
            "webhook_endpoint.removed" => "removed the workspace’s webhook endpoint",
            "webhook_endpoint.switched_off" => "switched off a webhook endpoint",
            "webhook_endpoint.switched_on" => "switched on a webhook endpoint",
            "webhook.resent" => "sent a webhook again",
            "webhook.tested" => "sent a test event",
            "key.looked_up" => "looked up the key for support",
            "workspace.looked_up" => "looked up the workspace for support",
            "account.looked_up" => "looked up the account for support",
            "workspace.plan_changed" => "changed the plan of the workspace",
            "credits.granted" => "granted credits to the workspace",
            "project.suspended" => "suspended the project",
            "project.resumed" => "resumed the project",
            "keys.stopped" => "stopped all keys of an environment",
            "keys.resumed" => "let the keys of an environment work again",
            "account.confirmation_resent" => "sent the mail again that confirms the address",
            "account.sessions_ended" => "ended all sessions of the account",
            "embed.enabled" => "enabled embed mode",
            "embed.disabled" => "disabled embed mode",
            "embed.signing_key_rotated" => "rotated the embed signing key",
            "embed.signing_key_revealed" => "was shown the embed signing key",
            "embed.suspended" => "suspended the embed partnership",
            "embed.resumed" => "resumed the embed partnership",
            "inbound_token.created" => "created an inbound token",
            "inbound_token.revealed" => "was shown an inbound token",
            "inbound_token.revoked" => "revoked an inbound token",
            other => other,
        }
    }
}

/// Who did it. Names are kept as they were: a trail must stay readable when an account is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A member, signed in.
    Account { id: AccountId, email: String },
    /// A member of the provider's support staff.
    Staff { id: AccountId, email: String },
    /// A key, through the management API.
    Key { id: KeyId, name: String },
    /// The operator, at the command line.
    Operator,
    /// Keyhatch itself, because of what happened.
    Keyhatch,
}

impl Actor {
    /// The word in the database.
    pub fn kind(&self) -> &'static str {
        match self {
            Actor::Account { .. } => "account",
            Actor::Staff { .. } => "staff",
            Actor::Key { .. } => "key",
            Actor::Operator => "operator",
            Actor::Keyhatch => "keyhatch",
        }
    }

    /// What the trail shows.
    pub fn name(&self) -> &str {
        match self {
            Actor::Account { email, .. } | Actor::Staff { email, .. } => email,
            Actor::Key { name, .. } => name,
            Actor::Operator => "operator",
            Actor::Keyhatch => "Keyhatch",
        }
    }
}

/// A line of the trail, as it is read.
#[derive(Clone, Debug)]
pub struct AuditEvent {
    pub id: AuditEventId,
    pub project_id: Option<ProjectId>,
    pub key_id: Option<KeyId>,
    /// See [`Action::as_str`].
    pub action: String,
    pub actor_kind: String,
    pub actor_name: String,
    /// The name (and display prefix) of what it was done to.
    pub subject: String,
    /// A sentence about what changed, or nothing.
    pub details: String,
    pub address: Option<String>,
    pub at: Timestamp,
}
