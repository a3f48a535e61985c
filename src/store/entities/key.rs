//! A key: its digest, and everything about it but its text.

use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "keys")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub workspace_id: Uuid,
    pub project_id: Option<Uuid>,
    pub owner_id: Uuid,
    #[sea_orm(column_name = "type")]
    pub type_id: String,
    pub environment: String,
    pub name: String,
    pub name_folded: String,
    pub digest: Vec<u8>,
    pub display_prefix: String,
    /// Its normal form, for what is read out over a phone.
    pub spoken: String,
    pub public_text: Option<String>,
    pub scopes: String,
    pub allowed_addresses: String,
    pub state: String,
    pub expires_at: Option<i64>,
    pub next_expiry_notice_at: Option<i64>,
    pub webhook_url: Option<String>,
    pub signing_secret: Option<Vec<u8>>,
    pub previous_signing_secret: Option<Vec<u8>>,
    pub previous_secret_until: Option<i64>,
    pub created_by: String,
    pub created_by_account: Option<Uuid>,
    pub created_by_key: Option<Uuid>,
    pub created_at: i64,
    pub updated_at: i64,
    pub disabled_at: Option<i64>,
    pub disabled_until: Option<i64>,
    pub revoked_at: Option<i64>,
    pub compromised_at: Option<i64>,
    pub compromised_how: Option<String>,
    pub compromised_address: Option<String>,
    pub deleted_at: Option<i64>,
    pub replaced_by: Option<Uuid>,
    pub replaced_at: Option<i64>,
    pub own_expires_at: Option<i64>,
    pub revealed_at: Option<i64>,
    pub last_used_at: Option<i64>,
    pub last_used_address: Option<String>,
    pub last_used_agent: Option<String>,
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
