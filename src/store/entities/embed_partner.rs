//! Embed mode of a project, or of a workspace that owns its keys itself.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "embed_partners")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    pub workspace_id: Uuid,
    pub project_id: Option<Uuid>,
    pub publishable_key: Option<String>,
    pub signing_key: Option<Vec<u8>>,
    pub generation: i64,
    pub enabled_at: Option<i64>,
    pub rotated_at: Option<i64>,
    pub suspended_at: Option<i64>,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
