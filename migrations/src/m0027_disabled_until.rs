//! Keys that are disabled until a moment, at which they work again by themselves.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("ALTER TABLE keys ADD COLUMN disabled_until bigint")
            .await?;
        // Few keys have one at a time: those that are over are found without looking through the others.
        db.execute_unprepared(
            "CREATE INDEX keys_disabled_until ON keys (disabled_until) WHERE disabled_until IS NOT NULL",
        )
        .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX keys_disabled_until").await?;
        db.execute_unprepared("ALTER TABLE keys DROP COLUMN disabled_until")
            .await?;
        Ok(())
    }
}
