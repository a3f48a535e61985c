//! What nodes tell each other, so that each may verify from memory; and the last refusals of each key.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, id, index, number, optional_bytes, optional_id, optional_text, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // In the order of their commits: whoever writes one holds a lock until it has committed.
        let changes = Table::create()
            .table("changes")
            .col(
                ColumnDef::new("number")
                    .big_integer()
                    .not_null()
                    .auto_increment()
                    .primary_key(),
            )
            // A key, by its digest, or a workspace with all its keys.
            .col(optional_bytes("digest"))
            .col(optional_id("workspace_id"))
            .col(number("changed_at"))
            .take();
        manager.create_table(changes).await?;

        let nodes = Table::create()
            .table("nodes")
            .col(id("id").primary_key())
            // The number of the last change it has heard of.
            .col(number("heard"))
            // When it last listened, by the database's clock.
            .col(number("listened_at"))
            .take();
        manager.create_table(nodes).await?;

        let refusals = Table::create()
            .table("refusals")
            .col(id("id").primary_key())
            .col(id("key_id"))
            .col(number("refused_at"))
            .col(text("reason"))
            .col(optional_text("needed"))
            .col(optional_text("request"))
            .col(text("address"))
            .col(text("user_agent"))
            .foreign_key(&mut belongs_to("key_id", "keys"))
            .take();
        manager.create_table(refusals).await?;
        manager.create_index(index("refusals", &["key_id", "id"], false)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["refusals", "nodes", "changes"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
