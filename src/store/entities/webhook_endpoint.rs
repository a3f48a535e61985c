//! Where events go: a URL of a key, or a workspace's own.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub project_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    pub url: String,
    pub signing_secret: Option<Vec<u8>>,
    pub previous_secret: Option<Vec<u8>>,
    pub previous_until: Option<i64>,
    pub event_types: Option<String>,
    pub failing_since: Option<i64>,
    pub off_at: Option<i64>,
    pub off_reason: Option<String>,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
