//! The tenant, its members and its projects.

use crate::model::email::Email;
use crate::model::ids::{AccountId, ProjectId, WorkspaceId};
use crate::model::role::Role;
use crate::model::stop::Stops;
use crate::model::timestamp::Timestamp;

/// A tenant.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub slug: String,
    pub name: String,
    pub plan: String,
    pub suspended_at: Option<Timestamp>,
    /// Which of its own keys are stopped, where it has any.
    pub stops: Stops,
    pub created_at: Timestamp,
}

/// A workspace seen by one of its members.
#[derive(Clone, Debug)]
pub struct Membership {
    pub workspace: Workspace,
    pub role: Role,
}

/// A member of a workspace.
#[derive(Clone, Debug)]
pub struct Member {
    pub account_id: AccountId,
    pub email: Email,
    pub role: Role,
    pub since: Timestamp,
}

/// A part of a workspace.
#[derive(Clone, Debug)]
pub struct Project {
    pub id: ProjectId,
    pub workspace_id: WorkspaceId,
    pub slug: String,
    pub name: String,
    pub suspended_at: Option<Timestamp>,
    /// Which of its keys are stopped.
    pub stops: Stops,
    pub created_at: Timestamp,
}
