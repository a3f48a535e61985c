//! An invitation that was mailed.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub email: String,
    pub email_folded: String,
    pub role: String,
    pub digest: Vec<u8>,
    pub invited_by: Option<Uuid>,
    pub invited_by_name: String,
    pub sent_at: i64,
    pub expires_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
