//! People: accounts, their sessions, sign-ups that wait to be confirmed, and the one-time links that are mailed.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, bytes, flag, id, index, number, optional_id, optional_number, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let accounts = Table::create()
            .table("accounts")
            .col(id("id").primary_key())
            .col(text("email"))
            .col(text("email_folded").unique_key())
            .col(text("password_hash"))
            .col(flag("is_staff"))
            .col(optional_number("email_confirmed_at"))
            .col(number("password_changed_at"))
            .col(number("created_at"))
            .take();
        manager.create_table(accounts).await?;

        let sessions = Table::create()
            .table("sessions")
            .col(id("id").primary_key())
            .col(bytes("digest").unique_key())
            .col(optional_id("account_id"))
            .col(text("state"))
            .col(text("address"))
            .col(text("user_agent"))
            .col(number("created_at"))
            .col(number("last_seen_at"))
            .col(number("expires_at"))
            .foreign_key(&mut belongs_to("account_id", "accounts"))
            .take();
        manager.create_table(sessions).await?;
        manager.create_index(index("sessions", &["account_id"], false)).await?;
        manager.create_index(index("sessions", &["expires_at"], false)).await?;

        let mailed_links = Table::create()
            .table("mailed_links")
            .col(id("id").primary_key())
            .col(bytes("digest").unique_key())
            .col(optional_id("account_id"))
            .col(text("purpose"))
            .col(number("created_at"))
            .col(number("expires_at"))
            .foreign_key(&mut belongs_to("account_id", "accounts"))
            .take();
        manager.create_table(mailed_links).await?;
        manager
            .create_index(index("mailed_links", &["account_id", "purpose"], false))
            .await?;

        let sign_ups = Table::create()
            .table("sign_ups")
            .col(id("id").primary_key())
            .col(bytes("digest").unique_key())
            .col(text("email"))
            .col(text("email_folded"))
            .col(text("password_hash"))
            .col(bytes("browser_digest"))
            .col(number("created_at"))
            .col(number("expires_at"))
            .take();
        manager.create_table(sign_ups).await?;
        manager.create_index(index("sign_ups", &["email_folded"], false)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["sign_ups", "mailed_links", "sessions", "accounts"] {
            manager.drop_table(Table::drop().table(table).take()).await?;
        }
        Ok(())
    }
}
