//! A submitted form, and the key it made.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "form_submissions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub nonce_digest: Vec<u8>,
    pub account_id: Uuid,
    pub key_id: Uuid,
    pub created_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
