//! Sweeping what is over: finished deliveries, endpoints that nothing goes to, secrets that sign no longer.

use crate::domain::App;
use crate::error::Result;
use crate::model::timestamp::DAY;
use crate::store;
use crate::store::db::commit;

/// How long a delivery is kept after it has ended, in milliseconds; and its idempotency key with it.
const KEPT: i64 = 30 * DAY;

/// How many endpoints are removed in one transaction.
const BATCH: u64 = 200;

/// Sweeps deliveries and secrets. Each in a transaction of its own (everybody else locks keys before endpoints, and endpoints before
/// deliveries), which is only begun when anything is due.
pub async fn sweep(app: &App) -> Result<()> {
    let (db, now) = (app.db.reader(), app.now());
    if store::webhooks::deliveries::is_any_finished(db, now.plus(-KEPT)).await? {
        let tx = app.db.begin().await?;
        store::webhooks::deliveries::delete_finished(&tx, now.plus(-KEPT)).await?;
        commit(tx).await?;
    }
    if store::signing_secrets::is_any_expired(db, now).await? {
        let tx = app.db.begin().await?;
        store::signing_secrets::delete_expired(&tx, now).await?;
        commit(tx).await?;
    }
    Ok(())
}

/// Sweeps endpoints that nothing goes to. They are looked for among all there are, on the reader, and seldom.
pub async fn sweep_endpoints(app: &App) -> Result<()> {
    let (before, mut after) = (app.now().plus(-KEPT), None);
    loop {
        let unused = store::webhooks::endpoints::unused(app.db.reader(), before, after, BATCH).await?;
        if unused.is_empty() {
            return Ok(());
        }
        let tx = app.db.begin().await?;
        store::webhooks::endpoints::delete_unused(&tx, before, &unused).await?;
        commit(tx).await?;
        after = unused.last().copied();
    }
}
