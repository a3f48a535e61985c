//! A report that a key was found where it must not be.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "leak_reports")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub place_digest: Vec<u8>,
    pub place: Option<String>,
    pub action: String,
    pub reported_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
