//! `GET {base}/me`: who am I?

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::caller::Caller;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Identity;
use crate::model::workspace::{Project, Workspace};

/// Who a key speaks for.
#[derive(Serialize, ToSchema)]
pub struct Me {
    key: MyKey,
    workspace: WorkspaceView,
    /// `null` where keys belong to the whole workspace.
    project: Option<ProjectView>,
    /// `live` or `test`.
    environment: &'static str,
    /// What a key may do whose access is `scopes`; otherwise empty.
    scopes: Vec<String>,
    /// `all`, `read` (safe methods only) or `scopes`.
    access: &'static str,
}

#[derive(Serialize, ToSchema)]
struct MyKey {
    #[schema(format = "uuid")]
    id: String,
    name: String,
    r#type: String,
    /// The beginning of the key: safe to log, and what support asks for.
    display_prefix: String,
    #[schema(value_type = Option<String>, format = "date-time")]
    expires_at: Option<Timestamp>,
    #[schema(value_type = String, format = "date-time")]
    created_at: Timestamp,
}

/// A workspace.
#[derive(Serialize, ToSchema)]
pub struct WorkspaceView {
    #[schema(format = "uuid")]
    id: String,
    slug: String,
    name: String,
    plan: String,
}

/// A project.
#[derive(Serialize, ToSchema)]
pub struct ProjectView {
    #[schema(format = "uuid")]
    id: String,
    slug: String,
    name: String,
}

/// Answers.
#[utoipa::path(
    get,
    path = "/me",
    operation_id = "me",
    summary = "Who am I?",
    responses((status = 200, description = "The key, and who it speaks for.", body = Me))
)]
pub async fn show(caller: Caller) -> HttpResponse {
    let Identity {
        key,
        workspace,
        project,
        access,
    } = *caller.0;
    HttpResponse::Ok().json(Me {
        workspace: WorkspaceView::from(&workspace),
        project: project.as_ref().map(ProjectView::from),
        environment: key.environment.as_str(),
        scopes: key.scopes,
        access: access.as_str(),
        key: MyKey {
            id: key.id.to_string(),
            name: key.name,
            r#type: key.type_id,
            display_prefix: key.display_prefix,
            expires_at: key.expires_at,
            created_at: key.created_at,
        },
    })
}

impl From<&Workspace> for WorkspaceView {
    fn from(workspace: &Workspace) -> Self {
        Self {
            id: workspace.id.to_string(),
            slug: workspace.slug.clone(),
            name: workspace.name.clone(),
            plan: workspace.plan.clone(),
        }
    }
}

impl From<&Project> for ProjectView {
    fn from(project: &Project) -> Self {
        Self {
            id: project.id.to_string(),
            slug: project.slug.clone(),
            name: project.name.clone(),
        }
    }
}
