//! Webhooks: where events go, events on their way, each request that was made; the secret that signs along during a rotation;
//! and what tells a wrong master key at start.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs_to, bytes, flag, id, index, number, optional_bytes, optional_id, optional_number, optional_text, text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            optional_bytes("previous_signing_secret"),
            optional_number("previous_secret_until"),
        ] {
            let keys = Table::alter().table("keys").add_column(column).take();
            manager.alter_table(keys).await?;
        }
        endpoints(manager).await?;
        deliveries(manager).await?;
        attempts(manager).await?;
        let canaries = Table::create()
            .table("canaries")
            .col(text("name").primary_key())
            .col(bytes("sealed"))
            .take();
        manager.create_table(canaries).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "canaries",
            "webhook_attempts",
            "webhook_deliveries",
            "webhook_endpoints",
        ] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        for column in ["previous_signing_secret", "previous_secret_until"] {
            let keys = Table::alter().table("keys").drop_column(column).take();
            manager.alter_table(keys).await?;
        }
        Ok(())
    }
}

async fn endpoints(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let endpoints = Table::create()
        .table("webhook_endpoints")
        .col(id("id").primary_key())
        .col(id("workspace_id"))
        .col(optional_id("project_id"))
        // Nothing: the workspace's own endpoint.
        .col(optional_id("key_id"))
        .col(text("url"))
        // Sealed; of the workspace's own endpoint only: keys carry theirs.
        .col(optional_bytes("signing_secret"))
        .col(optional_bytes("previous_secret"))
        .col(optional_number("previous_until"))
        // JSON; nothing: every type.
        .col(optional_text("event_types"))
        .col(optional_number("failing_since"))
        .col(optional_number("off_at"))
        .col(optional_text("off_reason"))
        .col(number("created_at"))
        .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
        .foreign_key(&mut belongs_to("project_id", "projects"))
        .foreign_key(&mut belongs_to("key_id", "keys"))
        .take();
    manager.create_table(endpoints).await?;
    manager
        .create_index(index("webhook_endpoints", &["key_id", "url"], true))
        .await?;
    execute(
        manager,
        "CREATE UNIQUE INDEX webhook_endpoints_own ON webhook_endpoints (workspace_id) WHERE key_id IS NULL",
    )
    .await
}

async fn deliveries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let deliveries = Table::create()
        .table("webhook_deliveries")
        .col(id("id").primary_key())
        .col(id("endpoint_id"))
        .col(id("workspace_id"))
        .col(optional_id("project_id"))
        .col(optional_id("key_id"))
        .col(text("event_type"))
        // Exactly what is sent.
        .col(text("body"))
        .col(optional_text("idempotency_key"))
        // Of the request that was accepted under the idempotency key.
        .col(optional_bytes("fingerprint"))
        .col(text("state"))
        .col(optional_text("stopped_because"))
        // All there were; and those since it was accepted, or last sent again by hand.
        .col(number("attempts"))
        .col(number("tries"))
        // While it is claimed: when the claim ends.
        .col(optional_number("next_attempt_at"))
        .col(optional_number("claimed_until"))
        .col(optional_id("claimed_by"))
        .col(number("created_at"))
        .col(optional_number("finished_at"))
        .foreign_key(&mut belongs_to("endpoint_id", "webhook_endpoints"))
        .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
        .foreign_key(&mut belongs_to("project_id", "projects"))
        .foreign_key(&mut belongs_to("key_id", "keys"))
        .take();
    manager.create_table(deliveries).await?;
    for columns in [["workspace_id", "id"], ["key_id", "id"], ["endpoint_id", "id"]] {
        manager
            .create_index(index("webhook_deliveries", &columns, false))
            .await?;
    }
    for sql in [
        "CREATE UNIQUE INDEX webhook_deliveries_idempotency ON webhook_deliveries (workspace_id, idempotency_key) \
         WHERE idempotency_key IS NOT NULL",
        "CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries (endpoint_id, next_attempt_at) \
         WHERE state = 'waiting'",
        "CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE state = 'waiting'",
        "CREATE INDEX webhook_deliveries_claimed ON webhook_deliveries (claimed_until) WHERE claimed_until IS NOT NULL",
        "CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (finished_at) WHERE finished_at IS NOT NULL",
    ] {
        execute(manager, sql).await?;
    }
    Ok(())
}

async fn attempts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let attempts = Table::create()
        .table("webhook_attempts")
        .col(id("id").primary_key())
        .col(id("delivery_id"))
        .col(number("number"))
        .col(number("at"))
        .col(number("took_millis"))
        .col(optional_number("status"))
        .col(optional_text("failure"))
        .col(optional_text("answer"))
        .col(flag("answer_cut"))
        .col(optional_text("address"))
        .col(text("timestamp_header"))
        .col(text("signature_header"))
        .foreign_key(&mut belongs_to("delivery_id", "webhook_deliveries"))
        .take();
    manager.create_table(attempts).await?;
    manager
        .create_index(index("webhook_attempts", &["delivery_id", "id"], false))
        .await
}

async fn execute(manager: &SchemaManager<'_>, sql: &str) -> Result<(), DbErr> {
    manager.get_connection().execute_unprepared(sql).await?;
    Ok(())
}
