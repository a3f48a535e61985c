//! Key health: who wants to hear of it, and since when it is known which scopes are needed.

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
        let db = manager.get_connection();
        let now = match manager.get_database_backend() {
            DbBackend::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)",
            _ => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
        };
        for sql in [
            // When the next mail is due; nothing for whoever wants none.
            "ALTER TABLE members ADD COLUMN health_mail_at bigint",
            "CREATE INDEX members_health_mail ON members (health_mail_at) WHERE health_mail_at IS NOT NULL",
            // One row. Of what was before, nobody can say that it was not needed.
            "CREATE TABLE scope_counting (began_at bigint NOT NULL)",
            &format!("INSERT INTO scope_counting (began_at) SELECT {now}"),
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for sql in [
            "DROP TABLE scope_counting",
            "DROP INDEX members_health_mail",
            "ALTER TABLE members DROP COLUMN health_mail_at",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
