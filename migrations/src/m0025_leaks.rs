//! Keys that were reported as leaked: each report once, and what the owner of keys wants done then.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, bytes, id, number, optional_text, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let reports = Table::create()
            .table("leak_reports")
            .col(id("key_id"))
            .col(text("source"))
            // The digest of the place, which may be long: the same report twice is one.
            .col(bytes("place_digest"))
            .col(optional_text("place"))
            .col(text("action"))
            .col(number("reported_at"))
            .primary_key(Index::create().col("key_id").col("source").col("place_digest"))
            .foreign_key(&mut belongs_to("key_id", "keys"))
            .take();
        manager.create_table(reports).await?;
        // By the project or workspace that owns the keys.
        let rules = Table::create()
            .table("leak_rules")
            .col(id("owner_id").primary_key())
            .col(id("workspace_id"))
            .col(text("action"))
            .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
            .take();
        manager.create_table(rules).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("leak_rules").take()).await?;
        manager.drop_table(Table::drop().table("leak_reports").take()).await
    }
}
