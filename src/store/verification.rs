//! What a verdict needs to know of keys, several at once: the one look-up that crosses tenants.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::entities::{key, project, workspace};
use super::rows::{addresses, digest, maybe_at, scopes, word};
use super::{Error, Result};
use crate::model::access::Environment;
use crate::model::address_list::AddressList;
use crate::model::ids::{KeyId, OwnerId, ProjectId, WorkspaceId};
use crate::model::key::KeyState;
use crate::model::stop::Stopped;
use crate::model::timestamp::Timestamp;

/// A key, and whom it speaks for.
#[derive(Clone, Debug)]
pub struct FoundKey {
    pub digest: [u8; 32],
    pub id: KeyId,
    pub owner_id: OwnerId,
    pub type_id: String,
    pub environment: Environment,
    pub name: String,
    pub display_prefix: String,
    pub rights: Rights,
    /// As it was written down.
    pub state: KeyState,
    pub disabled_until: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub version: i64,
    pub workspace_id: WorkspaceId,
    pub workspace_slug: String,
    pub workspace_name: String,
    pub workspace_plan: String,
    pub workspace_suspended: bool,
    pub project_suspended: bool,
    /// Which environments of what owns the key are stopped.
    pub stopped: Option<Stopped>,
    /// Id, slug and name.
    pub project: Option<(ProjectId, String, String)>,
}

/// What a key may do, and from where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Rights {
    /// In the profile's order.
    pub scopes: Vec<String>,
    pub addresses: AddressList,
}

#[derive(FromQueryResult)]
struct Row {
    digest: Vec<u8>,
    id: Uuid,
    owner_id: Uuid,
    type_id: String,
    environment: String,
    name: String,
    display_prefix: String,
    scopes: String,
    allowed_addresses: String,
    state: String,
    disabled_until: Option<i64>,
    expires_at: Option<i64>,
    version: i64,
    workspace_id: Uuid,
    workspace_slug: String,
    workspace_name: String,
    workspace_plan: String,
    suspended_at: Option<i64>,
    project_suspended_at: Option<i64>,
    workspace_live_stopped_at: Option<i64>,
    workspace_test_stopped_at: Option<i64>,
    project_live_stopped_at: Option<i64>,
    project_test_stopped_at: Option<i64>,
    project_id: Option<Uuid>,
    project_slug: Option<String>,
    project_name: Option<String>,
}

/// The keys whose texts have these digests, in no order.
pub async fn find(db: &impl ConnectionTrait, digests: &[[u8; 32]]) -> Result<Vec<FoundKey>> {
    let to_workspace = key::Entity::belongs_to(workspace::Entity)
        .from(key::Column::WorkspaceId)
        .to(workspace::Column::Id);
    let to_project = key::Entity::belongs_to(project::Entity)
        .from(key::Column::ProjectId)
        .to(project::Column::Id);
    let rows = key::Entity::find()
        .select_only()
        .columns([key::Column::Digest, key::Column::Id, key::Column::OwnerId])
        .column_as(key::Column::TypeId, "type_id")
        .columns([key::Column::Environment, key::Column::Name, key::Column::DisplayPrefix])
        .columns([key::Column::Scopes, key::Column::AllowedAddresses])
        .columns([key::Column::State, key::Column::DisabledUntil, key::Column::ExpiresAt])
        .columns([key::Column::Version, key::Column::WorkspaceId, key::Column::ProjectId])
        .column_as(workspace::Column::Slug, "workspace_slug")
        .column_as(workspace::Column::Name, "workspace_name")
        .column_as(workspace::Column::Plan, "workspace_plan")
        .column_as(workspace::Column::SuspendedAt, "suspended_at")
        .column_as(project::Column::SuspendedAt, "project_suspended_at")
        .column_as(workspace::Column::LiveStoppedAt, "workspace_live_stopped_at")
        .column_as(workspace::Column::TestStoppedAt, "workspace_test_stopped_at")
        .column_as(project::Column::LiveStoppedAt, "project_live_stopped_at")
        .column_as(project::Column::TestStoppedAt, "project_test_stopped_at")
        .column_as(project::Column::Slug, "project_slug")
        .column_as(project::Column::Name, "project_name")
        .join(JoinType::InnerJoin, to_workspace.into())
        .join(JoinType::LeftJoin, to_project.into())
        .filter(key::Column::Digest.is_in(digests.iter().map(|digest| digest.to_vec())))
        .into_model::<Row>()
        .all(db)
        .await?;
    rows.into_iter().map(FoundKey::try_from).collect()
}

impl TryFrom<Row> for FoundKey {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self> {
        let stopped = match row.project_id {
            Some(_) => (row.project_live_stopped_at, row.project_test_stopped_at),
            None => (row.workspace_live_stopped_at, row.workspace_test_stopped_at),
        };
        let project = row.project_id.zip(row.project_slug).zip(row.project_name);
        Ok(Self {
            digest: digest(&row.digest)?,
            id: KeyId(row.id),
            owner_id: OwnerId(row.owner_id),
            type_id: row.type_id,
            environment: word(&row.environment)?,
            name: row.name,
            display_prefix: row.display_prefix,
            rights: Rights {
                scopes: scopes(&row.scopes)?,
                addresses: addresses(&row.allowed_addresses)?,
            },
            state: word(&row.state)?,
            disabled_until: maybe_at(row.disabled_until),
            expires_at: maybe_at(row.expires_at),
            version: row.version,
            workspace_id: WorkspaceId(row.workspace_id),
            workspace_slug: row.workspace_slug,
            workspace_name: row.workspace_name,
            workspace_plan: row.workspace_plan,
            workspace_suspended: row.suspended_at.is_some(),
            project_suspended: row.project_suspended_at.is_some(),
            stopped: Stopped::of(stopped.0.is_some(), stopped.1.is_some()),
            project: project.map(|((id, slug), name)| (ProjectId(id), slug, name)),
        })
    }
}
