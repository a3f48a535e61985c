//! The one view of the endpoint's secret.

use crate::domain::App;
use crate::domain::access::ManageWorkspace;
use crate::domain::keys::reveal::Opener;
use crate::domain::shown_once::{self, Shown};
use crate::domain::webhooks::own::{open, record};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::store;
use crate::store::db::commit;

/// Shows what waits for this person and this browser, and takes it away in the same transaction.
pub async fn view(app: &App, proof: ManageWorkspace<'_>, opener: Option<&Opener>) -> Result<Shown> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let found = store::webhooks::endpoints::find_own(app.db.reader(), proof.workspace().id).await?;
    let found = found.ok_or(AppError::NotFound)?;
    if let Some(nothing) = shown_once::nothing(app, account, found.id.0, opener).await? {
        return Ok(nothing);
    }
    let tx = app.db.begin().await?;
    let endpoint = open(&tx, proof).await?;
    let shown = shown_once::take(&tx, app, account, endpoint.id.0, opener).await?;
    if let Shown::Now(_) = &shown {
        record(&tx, app, proof, &endpoint, Action::SigningSecretRevealed, String::new()).await?;
        commit(tx).await?;
    }
    Ok(shown)
}
