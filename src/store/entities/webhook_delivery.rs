//! An event on its way to an endpoint, or arrived, or given up.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub endpoint_id: Uuid,
    pub workspace_id: Uuid,
    pub project_id: Option<Uuid>,
    pub key_id: Option<Uuid>,
    pub event_type: String,
    pub body: String,
    pub idempotency_key: Option<String>,
    pub fingerprint: Option<Vec<u8>>,
    pub state: String,
    pub stopped_because: Option<String>,
    pub attempts: i64,
    pub tries: i64,
    pub next_attempt_at: Option<i64>,
    pub claimed_until: Option<i64>,
    pub claimed_by: Option<Uuid>,
    pub created_at: i64,
    pub finished_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
