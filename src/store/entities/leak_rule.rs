//! What an owner of keys wants done when one of them is reported as leaked.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "leak_rules")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub owner_id: Uuid,
    pub workspace_id: Uuid,
    pub action: String,
}

impl ActiveModelBehavior for ActiveModel {}
