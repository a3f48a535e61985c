//! Refused requests by the name that their answer told, with how the key was read; those without a key, too.

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
        let refused = Table::create()
            .table("refused_requests")
            .col(id("id").primary_key())
            // Nothing, when what was presented is no key.
            .col(optional_id("key_id"))
            .col(optional_text("request_id"))
            .col(number("refused_at"))
            .col(text("reason"))
            .col(optional_text("needed"))
            .col(optional_text("request"))
            // Where the credential was, what is wrong with how it was written, and how it begins if that is safe to show.
            .col(optional_text("read_from"))
            .col(optional_text("mistake"))
            .col(optional_text("presented"))
            .col(text("address"))
            .col(text("user_agent"))
            .foreign_key(&mut belongs_to("key_id", "keys"))
            .take();
        manager.create_table(refused).await?;
        manager
            .create_index(index("refused_requests", &["key_id", "id"], false))
            .await?;
        manager
            .create_index(index("refused_requests", &["request_id"], false))
            .await?;
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO refused_requests (id, key_id, refused_at, reason, needed, request, address, user_agent) \
                 SELECT id, key_id, refused_at, reason, needed, request, address, user_agent FROM refusals",
            )
            .await?;
        manager.drop_table(Table::drop().table("refusals").take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
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
        manager
            .create_index(index("refusals", &["key_id", "id"], false))
            .await?;
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO refusals (id, key_id, refused_at, reason, needed, request, address, user_agent) \
                 SELECT id, key_id, refused_at, reason, needed, request, address, user_agent FROM refused_requests \
                 WHERE key_id IS NOT NULL",
            )
            .await?;
        manager.drop_table(Table::drop().table("refused_requests").take()).await
    }
}
