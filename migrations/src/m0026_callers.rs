//! From where keys are used, with what, and for what: accepted requests of a day by route, scopes, address and user agent; and when
//! a scope was last needed.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, flag, id, index, number, optional_number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const HOURS: [&str; 24] = [
    "h0", "h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8", "h9", "h10", "h11", "h12", "h13", "h14", "h15", "h16", "h17",
    "h18", "h19", "h20", "h21", "h22", "h23",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut callers = Table::create().table("usage_callers").take();
        // Days since 1970; the way is a part of the digest of what tells one caller from another.
        callers.col(id("key_id")).col(number("day")).col(number("way"));
        // The route of the profile and the scopes that were needed, with spaces between them; empty, where there were none.
        callers.col(text("route")).col(text("needs"));
        // Empty, where nobody said it; and whether the key's list of addresses was about it.
        callers
            .col(text("address"))
            .col(flag("from_anywhere"))
            .col(text("user_agent"));
        callers.col(number("last_at"));
        for hour in HOURS {
            callers.col(optional_number(hour));
        }
        callers.primary_key(Index::create().col("key_id").col("day").col("way"));
        callers.foreign_key(&mut belongs_to("key_id", "keys"));
        manager.create_table(callers).await?;
        manager.create_index(index("usage_callers", &["day"], false)).await?;

        let scopes = Table::create()
            .table("scope_uses")
            .col(id("key_id"))
            .col(text("scope"))
            // The last one on which it was needed.
            .col(number("day"))
            .primary_key(Index::create().col("key_id").col("scope"))
            .foreign_key(&mut belongs_to("key_id", "keys"))
            .take();
        manager.create_table(scopes).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["usage_callers", "scope_uses"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
