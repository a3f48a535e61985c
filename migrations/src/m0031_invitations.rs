//! Invitations: who was asked to join a workspace, in which role, by whom. Kept until they are accepted, withdrawn or long over.

use sea_orm_migration::prelude::*;

use crate::columns::{belongs_to, bytes, id, index, number, optional_id, text};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let invitations = Table::create()
            .table("invitations")
            .col(id("id").primary_key())
            .col(id("workspace_id"))
            .col(text("email"))
            .col(text("email_folded"))
            .col(text("role"))
            // Of the token in the link that was mailed last: an older one opens nothing.
            .col(bytes("digest"))
            // Nobody, where the operator asked.
            .col(optional_id("invited_by"))
            .col(text("invited_by_name"))
            .col(number("sent_at"))
            .col(number("expires_at"))
            .foreign_key(&mut belongs_to("workspace_id", "workspaces"))
            .take();
        manager.create_table(invitations).await?;
        for (columns, unique) in [
            (&["workspace_id", "email_folded"][..], true),
            (&["digest"][..], true),
            (&["expires_at"][..], false),
        ] {
            manager.create_index(index("invitations", columns, unique)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("invitations").take()).await
    }
}
