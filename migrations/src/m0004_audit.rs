//! The audit trail: who did what, to what, when, from where. Rows outlive what they speak of.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, id, index, number, optional_id, optional_text, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let events = Table::create()
            .table("audit_events")
            .col(id("id").primary_key())
            .col(id("workspace_id"))
            .col(optional_id("project_id"))
            // No foreign key: the trail of a deleted key stays.
            .col(optional_id("key_id"))
            .col(text("action"))
            .col(text("actor_kind"))
            .col(optional_id("actor_id"))
            .col(text("actor_name"))
            .col(text("subject"))
            .col(text("details"))
            .col(optional_text("address"))
            .col(number("at"))
            .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
            .take();
        manager.create_table(events).await?;
        manager
            .create_index(index("audit_events", &["workspace_id", "id"], false))
            .await?;
        manager
            .create_index(index("audit_events", &["key_id", "id"], false))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("audit_events").take()).await
    }
}
