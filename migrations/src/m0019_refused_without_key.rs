//! Refused requests without a key, in the order of time: of them only so many are kept. SQLite has that order in the index by key;
//! PostgreSQL does not take "is null" for one value.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() != DbBackend::Postgres {
            return Ok(());
        }
        let index = "CREATE INDEX refused_requests_without_key ON refused_requests (id) WHERE key_id IS NULL";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = "DROP INDEX IF EXISTS refused_requests_without_key";
        manager.get_connection().execute_unprepared(index).await?;
        Ok(())
    }
}
