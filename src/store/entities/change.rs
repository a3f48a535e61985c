//! Something that verification has to hear of.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "changes")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub number: i64,
    pub digest: Option<Vec<u8>>,
    pub workspace_id: Option<Uuid>,
    pub changed_at: i64,
}

impl ActiveModelBehavior for ActiveModel {}
