//! What pools of both kinds of database have in common.

use std::time::Duration;

use sea_orm::DbErr;

use crate::store::Error;

/// How long a pool lets anybody wait for a connection. Whoever answers requests gives up earlier (`health`).
pub(super) const ACQUIRE: Duration = Duration::from_secs(15);

/// Connections of verification: one query at a time asks for keys, one for inbound tokens, and one for what has changed.
pub(super) const VERIFIERS: u32 = 3;

/// The error of a connection that could not be made.
pub(in crate::store) fn connection_error(error: sea_orm::sqlx::Error) -> Error {
    DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into())).into()
}
