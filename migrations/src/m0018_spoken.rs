//! Display prefixes as they are heard: found over a phone in any case, with what looks alike taken for the same.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The application's normal form (`model::spoken::normal_form`) of a display prefix: letters, digits, `_` and `-` are all there can be
/// in one. The capital I goes first, because not everywhere in the world it becomes an i.
const NORMAL_FORM: &str = "replace(replace(replace(replace(replace(lower(replace(display_prefix, 'I', '1')), '_', ''), '-', ''), \
                           'o', '0'), 'l', '1'), 'i', '1')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        // Beginnings are looked for as a range of bytes, whatever the order of words is where the database is.
        let in_bytes = match manager.get_database_backend() {
            DbBackend::Postgres => "COLLATE \"C\"",
            _ => "COLLATE BINARY",
        };
        db.execute_unprepared(&format!(
            "ALTER TABLE keys ADD COLUMN spoken text {in_bytes} NOT NULL DEFAULT ''"
        ))
        .await?;
        db.execute_unprepared(&format!("UPDATE keys SET spoken = {NORMAL_FORM}"))
            .await?;
        db.execute_unprepared("CREATE INDEX keys_spoken ON keys (spoken, id DESC)")
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX keys_spoken").await?;
        db.execute_unprepared("ALTER TABLE keys DROP COLUMN spoken").await?;
        Ok(())
    }
}
