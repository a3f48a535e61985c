//! One request that was made to deliver an event.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub delivery_id: Uuid,
    pub number: i64,
    pub at: i64,
    pub took_millis: i64,
    pub status: Option<i64>,
    pub failure: Option<String>,
    pub answer: Option<String>,
    pub answer_cut: bool,
    pub address: Option<String>,
    pub timestamp_header: String,
    pub signature_header: String,
}

impl ActiveModelBehavior for ActiveModel {}
