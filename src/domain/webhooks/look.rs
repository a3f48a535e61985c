//! Looking at deliveries.

use crate::domain::App;
use crate::domain::access::ReadKeys;
use crate::error::{AppError, Result};
use crate::model::webhook::{Attempt, Delivery, DeliveryId};
use crate::store;
pub use crate::store::webhooks::deliveries::Filter;

/// Any delivery with its attempts, for the provider.
pub async fn for_provider(app: &App, id: DeliveryId) -> Result<(Delivery, Vec<Attempt>)> {
    let db = app.db.reader();
    let found = store::webhooks::deliveries::find_any(db, id).await?;
    let delivery = found.ok_or(AppError::NotFound)?;
    Ok((delivery, store::webhooks::attempts::list(db, id).await?))
}

/// A delivery of these keys with its attempts.
pub async fn find(app: &App, proof: ReadKeys<'_>, id: DeliveryId) -> Result<(Delivery, Vec<Attempt>)> {
    let (db, ring) = (app.db.reader(), proof.ring());
    let found = store::webhooks::deliveries::find(db, ring.workspace.id, id).await?;
    let project = ring.project.as_ref().map(|project| project.id);
    let found = found.filter(|delivery| delivery.project_id == project && delivery.key_id.is_some());
    let delivery = found.ok_or(AppError::NotFound)?;
    Ok((delivery, store::webhooks::attempts::list(db, id).await?))
}

/// Deliveries of these keys, newest first; what the filter says of projects is replaced by the ring's.
pub async fn list(app: &App, proof: ReadKeys<'_>, filter: Filter, limit: u64) -> Result<Vec<Delivery>> {
    let ring = proof.ring();
    let filter = Filter {
        project: ring.project.as_ref().map(|project| project.id),
        // Where keys belong to the workspace, what goes to its own endpoint is not theirs.
        of_keys: true,
        ..filter
    };
    Ok(store::webhooks::deliveries::list(app.db.reader(), ring.workspace.id, filter, limit).await?)
}
