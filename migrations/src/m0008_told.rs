//! What customers are told: when a key's people hear next that it ends, and the secret of a workspace's own webhook endpoint on
//! its way to whoever made it.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, bytes, id, index, number, optional_bytes, optional_number};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = Table::alter()
            .table("keys")
            .add_column(optional_number("next_expiry_notice_at"))
            .take();
        manager.alter_table(keys).await?;
        let connection = manager.get_connection();
        // Of keys that are there already, nobody has been told: 14 days in milliseconds.
        connection
            .execute_unprepared(
                "UPDATE keys SET next_expiry_notice_at = expires_at - 1209600000 \
                 WHERE expires_at IS NOT NULL AND revoked_at IS NULL AND replaced_at IS NULL",
            )
            .await?;
        connection
            .execute_unprepared(
                "CREATE INDEX keys_next_expiry_notice ON keys (next_expiry_notice_at) \
                 WHERE next_expiry_notice_at IS NOT NULL",
            )
            .await?;

        // One row a submitted form, as for keys; sealed until it is seen or its time is over.
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
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("endpoint_reveals").take())
            .await?;
        manager
            .drop_index(Index::drop().name("keys_next_expiry_notice").table("keys").to_owned())
            .await?;
        let keys = Table::alter().table("keys").drop_column("next_expiry_notice_at").take();
        manager.alter_table(keys).await
    }
}
