//! A mail that waits, or what became of it.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mails")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub recipient: Vec<u8>,
    pub kind: String,
    pub sealed: Option<Vec<u8>>,
    pub state: String,
    pub attempts: i64,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub next_attempt_at: Option<i64>,
    pub claimed_by: Option<Uuid>,
    pub claimed_until: Option<i64>,
    pub finished_at: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
