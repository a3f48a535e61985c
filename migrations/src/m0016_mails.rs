//! Mail waits in the database until it is delivered, or nobody can hope any more.

use sea_orm_migration::prelude::*;

use crate::columns::{bytes, id, index, number, optional_bytes, optional_id, optional_number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mails = Table::create()
            .table("mails")
            .col(id("id").primary_key())
            // A keyed digest of the address.
            .col(bytes("recipient"))
            .col(text("kind"))
            // The address, the subject and the text; nothing once it has ended.
            .col(optional_bytes("sealed"))
            .col(text("state"))
            .col(number("attempts"))
            .col(number("created_at"))
            .col(optional_number("expires_at"))
            .col(optional_number("next_attempt_at"))
            .col(optional_id("claimed_by"))
            .col(optional_number("claimed_until"))
            .col(optional_number("finished_at"))
            .take();
        manager.create_table(mails).await?;
        manager
            .create_index(index("mails", &["recipient", "finished_at"], false))
            .await?;
        manager.create_index(index("mails", &["finished_at"], false)).await?;
        manager
            .get_connection()
            .execute_unprepared("CREATE INDEX mails_due ON mails (next_attempt_at) WHERE state = 'waiting'")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("mails").take()).await
    }
}
