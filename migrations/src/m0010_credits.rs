//! Credits: what each workspace has left, and the ledger of how that came about.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, flag, id, number, optional_id, optional_text, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Beside the workspaces, not on them: a workspace that has none yet gets its row when it is first asked for.
        let balances = Table::create()
            .table("credit_balances")
            .col(id("workspace_id").primary_key())
            .col(number("balance").check(Expr::col("balance").gte(0)).take())
            // How many lines the ledger has: the number of the last.
            .col(number("entries"))
            .col(flag("is_low"))
            .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
            .take();
        manager.create_table(balances).await?;

        // Numbered from one without gaps: whoever finds line 7 knows that there were seven changes and no eighth before it.
        let entries = Table::create()
            .table("credit_entries")
            .col(id("workspace_id"))
            .col(number("number"))
            .col(number("amount"))
            .col(number("balance"))
            .col(text("kind"))
            .col(text("reason"))
            .col(optional_id("key_id"))
            .col(optional_text("idempotency_key"))
            .col(number("created_at"))
            .primary_key(Index::create().col("workspace_id").col("number"))
            .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
            .take();
        manager.create_table(entries).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX credit_entries_idempotency ON credit_entries (workspace_id, idempotency_key) \
                 WHERE idempotency_key IS NOT NULL",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["credit_entries", "credit_balances"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
