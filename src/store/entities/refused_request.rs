//! A request that was refused, for the question "why?".

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refused_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub key_id: Option<Uuid>,
    pub request_id: Option<String>,
    pub refused_at: i64,
    pub reason: String,
    pub needed: Option<String>,
    pub request: Option<String>,
    pub read_from: Option<String>,
    pub mistake: Option<String>,
    pub presented: Option<String>,
    pub address: String,
    pub user_agent: String,
}

impl ActiveModelBehavior for ActiveModel {}
