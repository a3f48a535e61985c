//! Secrets of workspaces' own endpoints wait where all others do.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, bytes, id, index, number, optional_bytes};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // What waits, and which forms were submitted, goes along.
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO shown_once (nonce_digest, subject_id, account_id, sealed, created_at, expires_at) \
                 SELECT nonce_digest, endpoint_id, account_id, sealed, created_at, expires_at FROM endpoint_reveals",
            )
            .await?;
        manager.drop_table(Table::drop().table("endpoint_reveals").take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let reveals = Table::create()
            .table("endpoint_reveals")
            .col(bytes("nonce_digest").primary_key())
            .col(id("endpoint_id"))
            .col(id("account_id"))
            .col(optional_bytes("sealed"))
            .col(number("created_at"))
            .col(number("expires_at"))
            .foreign_key(&mut belongs_to("endpoint_id", "webhook_endpoints"))
            .foreign_key(&mut belongs_to("account_id", "accounts"))
            .take();
        manager.create_table(reveals).await?;
        for column in ["endpoint_id", "created_at"] {
            manager
                .create_index(index("endpoint_reveals", &[column], false))
                .await?;
        }
        manager
            .get_connection()
            .execute_unprepared(
                "INSERT INTO endpoint_reveals (nonce_digest, endpoint_id, account_id, sealed, created_at, expires_at) \
                 SELECT nonce_digest, subject_id, account_id, sealed, created_at, expires_at FROM shown_once \
                 WHERE subject_id IN (SELECT id FROM webhook_endpoints)",
            )
            .await?;
        Ok(())
    }
}
