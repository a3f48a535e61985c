//! A change of what a workspace has left.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub amount: i64,
    pub balance: i64,
    pub kind: String,
    pub reason: String,
    pub key_id: Option<Uuid>,
    pub idempotency_key: Option<String>,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
