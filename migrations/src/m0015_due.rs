//! What is due is found without looking through what is not; a workspace's keys without looking through its dead ones, or those of
//! others.
//!
//! No index here holds a column that writing usage down changes (`keys.last_used_…`): that writes very many rows.

use sea_orm_migration::prelude::*;

use crate::columns::index;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Tables, the names of indexes, and what they hold. Most hold few rows at a time.
const PARTIAL: [(&str, &str, &str); 6] = [
    (
        "keys",
        "keys_previous_secret_until",
        "(previous_secret_until) WHERE previous_secret_until IS NOT NULL",
    ),
    (
        "webhook_endpoints",
        "webhook_endpoints_previous_until",
        "(previous_until) WHERE previous_until IS NOT NULL",
    ),
    (
        "shown_once",
        "shown_once_waiting",
        "(expires_at) WHERE sealed IS NOT NULL",
    ),
    // Those that take a place of the plan: with each column of the question in it, they are counted without a look at the rows.
    (
        "keys",
        "keys_places",
        "(workspace_id, type, revoked_at, replaced_at) WHERE revoked_at IS NULL AND replaced_at IS NULL",
    ),
    (
        "keys",
        "keys_living",
        "(workspace_id, environment, id) WHERE revoked_at IS NULL AND replaced_at IS NULL",
    ),
    (
        "keys",
        "keys_replaced_by",
        "(owner_id, replaced_by) WHERE replaced_by IS NOT NULL",
    ),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["mailed_links", "sign_ups"] {
            manager.create_index(index(table, &["expires_at"], false)).await?;
        }
        for (table, name, rows) in PARTIAL {
            let sql = format!("CREATE INDEX {name} ON {table} {rows}");
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        // In place of the one by type, which had the dead of each type among the living.
        manager
            .create_index(index("keys", &["workspace_id", "id"], false))
            .await?;
        drop_index(manager, "keys", "keys_workspace_id_type").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_index(index("keys", &["workspace_id", "type"], false))
            .await?;
        drop_index(manager, "keys", "keys_workspace_id_id").await?;
        for (table, name, _) in PARTIAL {
            drop_index(manager, table, name).await?;
        }
        drop_index(manager, "mailed_links", "mailed_links_expires_at").await?;
        drop_index(manager, "sign_ups", "sign_ups_expires_at").await
    }
}

async fn drop_index(manager: &SchemaManager<'_>, table: &'static str, name: &'static str) -> Result<(), DbErr> {
    let index = Index::drop().name(name).table(table).to_owned();
    manager.drop_index(index).await
}
