//! Sweeping what is over: finished deliveries, endpoints that nothing goes to, secrets that sign no longer.

use crate::domain::App;
use crate::error::Result;
use crate::model::timestamp::DAY;
use crate::store;
use crate::store::db::commit;

/// How long a delivery is kept after it has ended, in milliseconds; and its idempotency key with it.
const KEPT: i64 = 30 * DAY;

/// Sweeps. Each in a transaction of its own: everybody else locks keys before endpoints, and endpoints before deliveries.
pub async fn sweep(app: &App) -> Result<()> {
    let now = app.now();
    let tx = app.db.begin().await?;
    store::webhooks::deliveries::delete_finished(&tx, now.plus(-KEPT)).await?;
    commit(tx).await?;
    let tx = app.db.begin().await?;
    store::webhooks::endpoints::delete_unused(&tx, now.plus(-KEPT)).await?;
    commit(tx).await?;
    let tx = app.db.begin().await?;
    store::signing_secrets::delete_expired(&tx, now).await?;
    Ok(commit(tx).await?)
}
