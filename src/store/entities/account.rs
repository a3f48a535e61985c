//! A person.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub email: String,
    pub email_folded: String,
    pub password_hash: String,
    pub email_confirmed_at: Option<i64>,
    pub password_changed_at: i64,
    pub created_at: i64,
    pub workspaces_made: i64,
    pub staff_role: Option<String>,
    pub signed_in_at: Option<i64>,
    pub welcome_dismissed_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
