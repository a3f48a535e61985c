//! Tenants: workspaces, their members, their projects; and the provider's service tokens.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, bytes, id, index, number, optional_number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let workspaces = Table::create()
            .table("workspaces")
            .col(id("id").primary_key())
            .col(text("slug").unique_key())
            .col(text("name"))
            .col(text("plan"))
            .col(optional_number("suspended_at"))
            .col(number("created_at"))
            .take();
        manager.create_table(workspaces).await?;

        let members = Table::create()
            .table("members")
            .col(id("workspace_id"))
            .col(id("account_id"))
            .col(text("role"))
            .col(number("created_at"))
            .primary_key(Index::create().col("workspace_id").col("account_id"))
            .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
            .foreign_key(&mut belongs_to("account_id", "accounts"))
            .take();
        manager.create_table(members).await?;
        manager.create_index(index("members", &["account_id"], false)).await?;

        let projects = Table::create()
            .table("projects")
            .col(id("id").primary_key())
            .col(id("workspace_id"))
            .col(text("slug"))
            .col(text("name"))
            .col(number("created_at"))
            .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
            .take();
        manager.create_table(projects).await?;
        manager
            .create_index(index("projects", &["workspace_id", "slug"], true))
            .await?;

        let service_tokens = Table::create()
            .table("service_tokens")
            .col(id("id").primary_key())
            .col(text("name").unique_key())
            .col(bytes("digest").unique_key())
            .col(text("display_prefix"))
            .col(optional_number("revoked_at"))
            .col(number("created_at"))
            .take();
        manager.create_table(service_tokens).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["service_tokens", "projects", "members", "workspaces"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
