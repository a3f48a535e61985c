//! Suspending the embed partnership of a project (or of a workspace that owns its keys itself): no session is minted and none is
//! good, from the next request on, until it is resumed. The project's API keys go on working everywhere else.

use crate::domain::App;
use crate::domain::access::{By, KeyRing};
use crate::domain::embed::{newcomer, open, record_with};
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::embed::Partner;
use crate::model::timestamp::Timestamp;
use crate::store;
use crate::store::db::commit;

/// Suspends: the operator does. Where embed mode is off, nobody can enable it until it is resumed.
pub async fn suspend(app: &App, ring: &KeyRing) -> Result<Partner> {
    set_suspended(app, ring, Some(app.now()), &By::operator(), "").await
}

/// Resumes: the operator does.
pub async fn resume(app: &App, ring: &KeyRing) -> Result<Partner> {
    set_suspended(app, ring, None, &By::operator(), "").await
}

/// Suspends or resumes. What is so already stays as it is, since when it was.
pub(in crate::domain) async fn set_suspended(
    app: &App,
    ring: &KeyRing,
    since: Option<Timestamp>,
    by: &By,
    details: &str,
) -> Result<Partner> {
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
    let action = match since {
        Some(_) => Action::EmbedSuspended,
        None => Action::EmbedResumed,
    };
    record_with(&tx, app, ring, by, action, details).await?;
    commit(tx).await?;
    Ok(partner)
}
