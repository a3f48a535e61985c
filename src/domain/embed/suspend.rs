//! Suspending the embed partnership of a project (or of a workspace that owns its keys itself): no session is minted and none is
//! good, from the next request on, until it is resumed. The project's API keys go on working everywhere else.

use crate::domain::App;
use crate::domain::access::{By, KeyRing};
use crate::domain::embed::{newcomer, open, record};
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::embed::Partner;
use crate::model::timestamp::Timestamp;
use crate::store;
use crate::store::db::commit;

/// Suspends; only the operator does. Where embed mode is off, nobody can enable it until it is resumed.
pub async fn suspend(app: &App, ring: &KeyRing) -> Result<Partner> {
    set(app, ring, Some(app.now()), Action::EmbedSuspended).await
}

/// Resumes; only the operator does.
pub async fn resume(app: &App, ring: &KeyRing) -> Result<Partner> {
    set(app, ring, None, Action::EmbedResumed).await
}

async fn set(app: &App, ring: &KeyRing, since: Option<Timestamp>, action: Action) -> Result<Partner> {
    let tx = app.db.begin().await?;
    let known = open(&tx, app, ring).await?;
    let is_new = known.is_none();
    let mut partner = known.unwrap_or_else(|| newcomer(app, ring));
    if partner.suspended_at.is_some() == since.is_some() {
        return Ok(partner);
    }
    partner.suspended_at = since;
    if is_new {
        store::embed_partners::insert(&tx, &partner).await?;
    } else {
        store::embed_partners::update(&tx, &partner).await?;
    }
    record(&tx, app, ring, &By::operator(), action).await?;
    commit(tx).await?;
    Ok(partner)
}
