//! Keys, what is sealed for one reveal, and the forms that have already made a key.

use sea_orm_migration::prelude::*;

use crate::columns::{
    belongs_to, bytes, id, index, number, optional_bytes, optional_id, optional_number, optional_text, text,
};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = Table::create()
            .table("keys")
            .col(id("id").primary_key())
            .col(id("workspace_id"))
            .col(optional_id("project_id"))
            // The project, or the workspace where the profile gives keys to workspaces: what names and limits are counted in.
            .col(id("owner_id"))
            .col(text("type"))
            .col(text("environment"))
            .col(text("name"))
            .col(text("name_folded"))
            .col(bytes("digest").unique_key())
            .col(text("display_prefix"))
            // The key text itself, for public types only: those are no secret and stay readable.
            .col(optional_text("public_text"))
            .col(text("scopes"))
            .col(text("state"))
            .col(optional_number("expires_at"))
            .col(optional_text("webhook_url"))
            .col(optional_bytes("signing_secret"))
            .col(text("created_by"))
            .col(optional_id("created_by_account"))
            .col(optional_id("created_by_key"))
            .col(number("created_at"))
            .col(number("updated_at"))
            .col(optional_number("disabled_at"))
            .col(optional_number("revoked_at"))
            .col(optional_id("replaced_by"))
            .col(optional_number("replaced_at"))
            .col(optional_number("revealed_at"))
            .col(optional_number("last_used_at"))
            .col(optional_text("last_used_address"))
            .col(optional_text("last_used_agent"))
            .col(number("version"))
            .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
            .foreign_key(&mut belongs_to("project_id", "projects"))
            .take();
        manager.create_table(keys).await?;
        manager.create_index(index("keys", &["owner_id", "id"], false)).await?;
        manager
            .create_index(index("keys", &["workspace_id", "type"], false))
            .await?;
        manager.create_index(index("keys", &["display_prefix"], false)).await?;
        // A name is unique among the living: a revoked or rolled key gives its name back.
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE UNIQUE INDEX keys_living_name ON keys (owner_id, name_folded) \
                 WHERE revoked_at IS NULL AND replaced_at IS NULL",
            )
            .await?;

        let reveals = Table::create()
            .table("reveals")
            .col(id("id").primary_key())
            .col(id("key_id"))
            .col(id("account_id"))
            .col(text("kind"))
            .col(bytes("sealed"))
            .col(number("created_at"))
            .col(number("expires_at"))
            .foreign_key(&mut belongs_to("key_id", "keys"))
            .foreign_key(&mut belongs_to("account_id", "accounts"))
            .take();
        manager.create_table(reveals).await?;
        manager.create_index(index("reveals", &["key_id"], false)).await?;
        manager.create_index(index("reveals", &["expires_at"], false)).await?;

        // One row a submitted form: the second submission of the same form finds what the first one made.
        let submissions = Table::create()
            .table("form_submissions")
            .col(bytes("nonce_digest").primary_key())
            .col(id("account_id"))
            .col(id("key_id"))
            .col(number("created_at"))
            .foreign_key(&mut belongs_to("account_id", "accounts"))
            .foreign_key(&mut belongs_to("key_id", "keys"))
            .take();
        manager.create_table(submissions).await?;
        manager
            .create_index(index("form_submissions", &["created_at"], false))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["form_submissions", "reveals", "keys"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
