//! Who belongs to a workspace, and as what.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "members")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workspace_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    pub role: String,
    pub created_at: i64,
    /// When the next mail about the health of keys is due, if they want it.
    pub health_mail_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
