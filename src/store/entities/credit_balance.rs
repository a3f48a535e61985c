//! What a workspace has left.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_balances")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    pub balance: i64,
    pub entries: i64,
    pub is_low: bool,
}

impl ActiveModelBehavior for ActiveModel {}
