//! How many workspaces each account has made on pages. Counting begins here.

use sea_orm_migration::prelude::*;

use crate::columns::number;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let made = number("workspaces_made").default(0).take();
        let accounts = Table::alter().table("accounts").add_column(made).take();
        manager.alter_table(accounts).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let accounts = Table::alter().table("accounts").drop_column("workspaces_made").take();
        manager.alter_table(accounts).await
    }
}
