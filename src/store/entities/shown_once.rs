//! A secret, sealed for its one viewing; and the form that made it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shown_once")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub nonce_digest: Vec<u8>,
    pub subject_id: Uuid,
    pub account_id: Uuid,
    pub sealed: Option<Vec<u8>>,
    pub created_at: i64,
    pub expires_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
