//! A line of what is on record of an account, or of a sign-up that waits to become one.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Option<Uuid>,
    pub sign_up_id: Option<Uuid>,
    pub action: String,
    pub actor_kind: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: String,
    pub details: String,
    pub address: Option<String>,
    pub at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
