//! Everything that is kept: the only place that names sea-orm. One file a noun; functions take a connection or an open
//! transaction, speak in `model`'s types, and decide nothing.

pub mod account_events;
pub mod accounts;
pub mod audit;
pub mod canaries;
pub mod changes;
pub mod compromises;
mod counting;
pub mod credits;
pub mod db;
pub mod deletion;
pub mod disablements;
pub mod embed_partners;
mod entities;
pub mod expiry_notices;
pub mod inbound_tokens;
pub mod invitations;
pub mod key_health;
pub mod key_health_mails;
pub mod keys;
pub mod leaks;
pub mod mailed_links;
pub mod mails;
pub mod members;
pub mod nodes;
pub mod projects;
pub mod refused_requests;
pub mod reveals;
mod rows;
pub mod service_tokens;
pub mod sessions;
pub mod shown_once;
pub mod sign_ups;
pub mod signing_secrets;
pub mod stops;
pub mod usage;
pub mod verification;
pub mod webhooks;
pub mod workspaces;

pub use db::{Db, Tx};

use crate::model::trouble::Trouble;

/// What can go wrong below the domain.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique index refused the row: somebody was first.
    #[error("a row like this exists already")]
    Duplicate,
    /// A row holds what no version of this program writes.
    #[error("unreadable row: {0}")]
    Corrupt(String),
    /// The database could not be asked.
    #[error("database: {0}")]
    Database(#[source] sea_orm::DbErr),
    /// The storage is in trouble: nothing about what was asked, and the answer may be another one soon.
    #[error("database: {1}")]
    Unavailable(Trouble, #[source] sea_orm::DbErr),
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match error.sql_err() {
            Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => Self::Duplicate,
            _ => match db::trouble(&error) {
                Some(trouble) => Self::Unavailable(trouble, error),
                None => Self::Database(error),
            },
        }
    }
}

/// The result of a store function.
pub type Result<T> = std::result::Result<T, Error>;
