//! Deleting a key, where the profile offers it: refused from the very next request on, like a revoked one, and gone from every
//! list. The trail keeps its name and display prefix.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::keys::bounds;
use crate::domain::keys::change::{open_for_change, write, write_version};
use crate::domain::verify::changes;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::KeyId;
use crate::model::key::KeyState;
use crate::store;

/// Deletes a key, revoked ones too. Whoever does it twice finds nothing the second time.
pub async fn delete(app: &App, proof: ManageKeys<'_>, id: KeyId) -> Result<()> {
    if !app.profile.api.deletion {
        return Err(AppError::NotFound);
    }
    let tx = app.db.begin().await?;
    bounds::maker_still_may(&tx, app, proof, Some(id)).await?;
    let mut key = open_for_change(&tx, app, proof, id).await?;
    let changed = if key.is_frozen() {
        write_version(&tx, app, proof, &mut key, Action::KeyDeleted, String::new()).await?
    } else {
        key.end(KeyState::Revoked);
        key.revoked_at = Some(app.now());
        write(&tx, app, proof, &mut key, Action::KeyDeleted, String::new()).await?
    };
    store::deletion::delete_key(&tx, id, app.now()).await?;
    changes::commit(app, tx, &changed).await
}
