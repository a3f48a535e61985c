//! Disabling embed mode: its keys are gone for good, and every session is refused from the very next request on. A suspension
//! outlives it.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::embed::{open, record};
use crate::error::Result;
use crate::model::audit::Action;
use crate::store;
use crate::store::db::commit;

/// Disables it. Doing it twice changes nothing.
pub async fn disable(app: &App, proof: ManageKeys<'_>) -> Result<()> {
    let tx = app.db.begin().await?;
    let known = open(&tx, app, proof.ring()).await?;
    let Some(mut partner) = known.filter(|partner| partner.enabled_at.is_some()) else {
        return Ok(());
    };
    partner.publishable_key = None;
    partner.generation += 1;
    partner.enabled_at = None;
    partner.rotated_at = None;
    store::embed_partners::update(&tx, &partner).await?;
    store::embed_partners::set_signing_key(&tx, partner.owner_id, None).await?;
    // A signing key that nobody has looked at yet opens nothing any more.
    store::shown_once::forget(&tx, partner.owner_id.0).await?;
    record(&tx, app, proof.ring(), proof.by(), Action::EmbedDisabled).await?;
    Ok(commit(tx).await?)
}
