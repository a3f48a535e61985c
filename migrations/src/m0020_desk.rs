//! What the support desk finds and does: roles of staff, names of workspaces in the form in which they are compared, when somebody last
//! signed in, suspended projects, and what is on record of an account itself.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::prelude::Uuid;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

use crate::columns::{belongs_to, id, index, number, optional_id, optional_text, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        // Whoever was staff could do all there was to do at the desk: they go on as those who may do most. Who should do less is given a
        // smaller role on the command line.
        for sql in [
            "ALTER TABLE accounts ADD COLUMN staff_role text",
            "UPDATE accounts SET staff_role = 'administer' WHERE is_staff",
            "ALTER TABLE accounts DROP COLUMN is_staff",
            "ALTER TABLE accounts ADD COLUMN signed_in_at bigint",
            "ALTER TABLE projects ADD COLUMN suspended_at bigint",
        ] {
            db.execute_unprepared(sql).await?;
        }
        // Beginnings are looked for as a range of bytes, whatever the order of words is where the database is.
        let in_bytes = if is_postgres { "COLLATE \"C\"" } else { "COLLATE BINARY" };
        db.execute_unprepared(&format!(
            "ALTER TABLE workspaces ADD COLUMN name_folded text {in_bytes} NOT NULL DEFAULT ''"
        ))
        .await?;
        fold_names(manager).await?;
        db.execute_unprepared("CREATE INDEX workspaces_name_folded ON workspaces (name_folded, id)")
            .await?;
        if is_postgres {
            db.execute_unprepared("CREATE INDEX workspaces_slug_beginnings ON workspaces (slug text_pattern_ops)")
                .await?;
        }
        let events = Table::create()
            .table("account_events")
            .col(id("id").primary_key())
            // Whom it is about: an account, or a sign-up that waits to become one. It goes with them.
            .col(optional_id("account_id"))
            .col(optional_id("sign_up_id"))
            .col(text("action"))
            .col(text("actor_kind"))
            .col(optional_id("actor_id"))
            .col(text("actor_name"))
            .col(text("details"))
            .col(optional_text("address"))
            .col(number("at"))
            .foreign_key(&mut belongs_to("account_id", "accounts"))
            .foreign_key(&mut belongs_to("sign_up_id", "sign_ups"))
            .take();
        manager.create_table(events).await?;
        manager
            .create_index(index("account_events", &["account_id", "id"], false))
            .await?;
        manager
            .create_index(index("account_events", &["sign_up_id", "id"], false))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        manager.drop_table(Table::drop().table("account_events").take()).await?;
        for sql in [
            "DROP INDEX IF EXISTS workspaces_slug_beginnings",
            "DROP INDEX workspaces_name_folded",
            "ALTER TABLE workspaces DROP COLUMN name_folded",
            "ALTER TABLE projects DROP COLUMN suspended_at",
            "ALTER TABLE accounts DROP COLUMN signed_in_at",
            "ALTER TABLE accounts ADD COLUMN is_staff boolean NOT NULL DEFAULT FALSE",
            "UPDATE accounts SET is_staff = TRUE WHERE staff_role IS NOT NULL",
            "ALTER TABLE accounts DROP COLUMN staff_role",
        ] {
            db.execute_unprepared(sql).await?;
        }
        Ok(())
    }
}

/// The application folds names, not the database: SQLite knows capitals of English alone.
async fn fold_names(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let backend = manager.get_database_backend();
    let rows = db
        .query_all_raw(Statement::from_string(backend, "SELECT id, name FROM workspaces"))
        .await?;
    let sql = match backend {
        DbBackend::Postgres => "UPDATE workspaces SET name_folded = $1 WHERE id = $2",
        _ => "UPDATE workspaces SET name_folded = ? WHERE id = ?",
    };
    for row in rows {
        let (id, name): (Uuid, String) = (row.try_get("", "id")?, row.try_get("", "name")?);
        let folded = name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        db.execute_raw(Statement::from_sql_and_values(backend, sql, [folded.into(), id.into()]))
            .await?;
    }
    Ok(())
}
