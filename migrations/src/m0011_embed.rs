//! Embed mode, inbound tokens, and their secrets on the way to whoever made them.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs_to, bytes, id, index, number, optional_bytes, optional_id, optional_number, optional_text, text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One row an owner of keys that ever had to do with embed mode; it stays when that is disabled.
        let partners = Table::create()
            .table("embed_partners")
            .col(id("owner_id").primary_key())
            .col(id("workspace_id"))
            .col(optional_id("project_id"))
            .col(optional_text("publishable_key"))
            .col(optional_bytes("signing_key"))
            .col(number("generation"))
            .col(optional_number("enabled_at"))
            .col(optional_number("rotated_at"))
            .col(optional_number("suspended_at"))
            .col(number("created_at"))
            .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
            .foreign_key(&mut belongs_to("project_id", "projects"))
            .take();
        manager.create_table(partners).await?;
        manager
            .create_index(index("embed_partners", &["publishable_key"], true))
            .await?;
        manager
            .create_index(index("embed_partners", &["workspace_id"], false))
            .await?;

        let tokens = Table::create()
            .table("inbound_tokens")
            .col(id("id").primary_key())
            .col(id("key_id"))
            .col(bytes("digest"))
            .col(text("display_prefix"))
            .col(text("template"))
            .col(text("created_by"))
            .col(number("created_at"))
            .col(optional_number("revoked_at"))
            .foreign_key(&mut belongs_to("key_id", "keys"))
            .take();
        manager.create_table(tokens).await?;
        manager.create_index(index("inbound_tokens", &["digest"], true)).await?;
        manager
            .create_index(index("inbound_tokens", &["key_id"], false))
            .await?;

        // One row a submitted form; sealed until it is seen or its time is over.
        let secrets = Table::create()
            .table("shown_once")
            .col(bytes("nonce_digest").primary_key())
            .col(id("subject_id"))
            .col(id("account_id"))
            .col(optional_bytes("sealed"))
            .col(number("created_at"))
            .col(number("expires_at"))
            .foreign_key(&mut belongs_to("account_id", "accounts"))
            .take();
        manager.create_table(secrets).await?;
        for column in ["subject_id", "created_at"] {
            manager.create_index(index("shown_once", &[column], false)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["shown_once", "inbound_tokens", "embed_partners"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
