//! Usage: verdicts counted for key, hour and outcome.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, id, number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let usage = Table::create()
            .table("usage_hours")
            .col(id("key_id"))
            // Hours since 1970.
            .col(number("hour"))
            .col(text("outcome"))
            .col(number("count"))
            .primary_key(Index::create().col("key_id").col("hour").col("outcome"))
            .foreign_key(&mut belongs_to("key_id", "keys"))
            .take();
        manager.create_table(usage).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("usage_hours").take()).await
    }
}
