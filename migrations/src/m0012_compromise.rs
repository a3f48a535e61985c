//! Keys that were seen where they must not be: since when, how that was found out, and from which address they came.

use sea_orm_migration::prelude::*;

use crate::columns::{optional_number, optional_text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column at a time.
        for column in [
            optional_number("compromised_at"),
            optional_text("compromised_how"),
            optional_text("compromised_address"),
        ] {
            let keys = Table::alter().table("keys").add_column(column).take();
            manager.alter_table(keys).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Whatever was found out: without the columns there is no such state.
        let connection = manager.get_connection();
        connection
            .execute_unprepared(
                "UPDATE keys SET state = 'disabled', disabled_at = compromised_at WHERE state = 'compromised'",
            )
            .await?;
        for column in ["compromised_at", "compromised_how", "compromised_address"] {
            let keys = Table::alter().table("keys").drop_column(column).take();
            manager.alter_table(keys).await?;
        }
        Ok(())
    }
}
