//! Keys that were deleted: the row stays, because the trail and the usage refer to it, but nobody finds it any more.

use sea_orm_migration::prelude::*;

use crate::columns::optional_number;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter()
            .table("keys")
            .add_column(optional_number("deleted_at"))
            .take();
        manager.alter_table(column).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter().table("keys").drop_column("deleted_at").take();
        manager.alter_table(column).await
    }
}
