//! Looking at deliveries.

use crate::domain::App;
use crate::domain::access::ReadKeys;
use crate::error::{AppError, Result};
use crate::model::counted::Counted;
use crate::model::ids::KeyId;
use crate::model::webhook::{Attempt, Delivery, DeliveryId, Endpoint};
use crate::store;
pub use crate::store::webhooks::deliveries::Filter;

/// Any delivery with its attempts, for the provider.
pub async fn for_provider(app: &App, id: DeliveryId) -> Result<(Delivery, Vec<Attempt>)> {
    read(app, id).await?.ok_or(AppError::NotFound)
}

/// A delivery of these keys with its attempts.
pub async fn find(app: &App, proof: ReadKeys<'_>, id: DeliveryId) -> Result<(Delivery, Vec<Attempt>)> {
    let ring = proof.ring();
    let project = ring.project.as_ref().map(|project| project.id);
    let is_theirs = |delivery: &Delivery| {
        delivery.workspace_id == ring.workspace.id && delivery.project_id == project && delivery.key_id.is_some()
    };
    let found = read(app, id).await?.filter(|(delivery, _)| is_theirs(delivery));
    found.ok_or(AppError::NotFound)
}

/// Reads both as they were at one moment: an attempt may be written down between the two questions.
async fn read(app: &App, id: DeliveryId) -> Result<Option<(Delivery, Vec<Attempt>)>> {
    let db = app.db.reader();
    let mut last = None;
    for _ in 0..3 {
        let Some(delivery) = store::webhooks::deliveries::find_any(db, id).await? else {
            return Ok(None);
        };
        let attempts = store::webhooks::attempts::list(db, id).await?;
        let fits = attempts.len() as i64 == delivery.attempts;
        last = Some((delivery, attempts));
        if fits {
            break;
        }
    }
    Ok(last)
}

/// Deliveries of these keys, newest first; what the filter says of projects is replaced by the ring's.
pub async fn list(app: &App, proof: ReadKeys<'_>, filter: Filter, limit: u64) -> Result<Vec<Delivery>> {
    let ring = proof.ring();
    let filter = of_ring(proof, filter);
    Ok(store::webhooks::deliveries::list(app.db.reader(), ring.workspace.id, filter, limit).await?)
}

/// Where a page of that list stands.
pub async fn counted(app: &App, proof: ReadKeys<'_>, filter: Filter) -> Result<Counted> {
    let (workspace, filter) = (proof.ring().workspace.id, of_ring(proof, filter));
    Ok(store::webhooks::deliveries::counted(app.db.reader(), workspace, filter).await?)
}

fn of_ring(proof: ReadKeys<'_>, filter: Filter) -> Filter {
    let ring = proof.ring();
    Filter {
        project: ring.project.as_ref().map(|project| project.id),
        // Where keys belong to the workspace, what goes to its own endpoint is not theirs.
        of_keys: true,
        ..filter
    }
}

/// Where events of a key went, the latest endpoint first: which are off, and why.
pub async fn endpoints(app: &App, proof: ReadKeys<'_>, id: KeyId) -> Result<Vec<Endpoint>> {
    let db = app.db.reader();
    let key = store::keys::find(db, proof.ring().owner_id(), id).await?;
    key.ok_or(AppError::NotFound)?;
    Ok(store::webhooks::endpoints::list_of_key(db, id).await?)
}
