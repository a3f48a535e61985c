//! Finding a key of a ring.

use crate::domain::App;
use crate::domain::access::ReadKeys;
use crate::domain::usage;
use crate::error::{AppError, Result};
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::store;

/// A key on this ring; anybody else's is not found.
pub async fn find(app: &App, proof: ReadKeys<'_>, id: KeyId) -> Result<Key> {
    store::keys::find(app.db.reader(), proof.ring().owner_id(), id)
        .await?
        .ok_or(AppError::NotFound)
}

/// Like [`find`], with what is still counted in memory written down first.
pub(super) async fn find_with_usage(app: &App, proof: ReadKeys<'_>, id: KeyId) -> Result<Key> {
    // Whose it is comes before anything that takes time.
    find(app, proof, id).await?;
    usage::write_down(app, &[id]).await?;
    find(app, proof, id).await
}

/// The key that this one took over from, when it was rolled.
pub async fn find_replaced(app: &App, proof: ReadKeys<'_>, successor: KeyId) -> Result<Option<Key>> {
    Ok(store::keys::find_replaced(app.db.reader(), proof.ring().owner_id(), successor).await?)
}

/// Like [`find`], where a key that is not there is no mistake.
pub async fn find_if_there(app: &App, proof: ReadKeys<'_>, id: KeyId) -> Result<Option<Key>> {
    Ok(store::keys::find(app.db.reader(), proof.ring().owner_id(), id).await?)
}
