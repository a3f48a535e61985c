//! Environments whose keys are all refused, until that is undone: since when, who wanted it, and why.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What owns keys.
const TABLES: [&str; 2] = ["projects", "workspaces"];

const COLUMNS: [(&str, &str); 6] = [
    ("live_stopped_at", "bigint"),
    ("live_stopped_by", "text"),
    ("live_stopped_why", "text"),
    ("test_stopped_at", "bigint"),
    ("test_stopped_by", "text"),
    ("test_stopped_why", "text"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in TABLES {
            for (column, kind) in COLUMNS {
                db.execute_unprepared(&format!("ALTER TABLE {table} ADD COLUMN {column} {kind}"))
                    .await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        for table in TABLES {
            for (column, _) in COLUMNS {
                db.execute_unprepared(&format!("ALTER TABLE {table} DROP COLUMN {column}"))
                    .await?;
            }
        }
        Ok(())
    }
}
