//! A part of a workspace.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "projects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub slug: String,
    pub name: String,
    pub created_at: i64,
    pub suspended_at: Option<i64>,
    pub live_stopped_at: Option<i64>,
    pub live_stopped_by: Option<String>,
    pub live_stopped_why: Option<String>,
    pub test_stopped_at: Option<i64>,
    pub test_stopped_by: Option<String>,
    pub test_stopped_why: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
