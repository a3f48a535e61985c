//! Revoking a token: refused from the very next request on, for good.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::inbound::{open, record};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::{InboundTokenId, KeyId};
use crate::store;
use crate::store::db::commit;

/// Revokes. Doing it twice changes nothing.
pub async fn revoke(app: &App, proof: ManageKeys<'_>, key: KeyId, id: InboundTokenId) -> Result<()> {
    let tx = app.db.begin().await?;
    let owner = open(&tx, app, proof, key).await?;
    let found = store::inbound_tokens::find(&tx, owner.id, id).await?;
    let token = found.ok_or(AppError::NotFound)?;
    if !store::inbound_tokens::revoke(&tx, id, app.now()).await? {
        return Ok(());
    }
    store::shown_once::forget(&tx, id.0).await?;
    record(&tx, app, proof, &owner, &token, Action::InboundTokenRevoked).await?;
    Ok(commit(tx).await?)
}
