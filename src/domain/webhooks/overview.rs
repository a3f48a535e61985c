//! What pages show beside the deliveries themselves: how a key's webhooks fare, and where one went.

use std::collections::HashMap;

use crate::domain::App;
use crate::domain::access::ReadKeys;
use crate::error::{AppError, Result};
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::model::webhook::{Delivery, Endpoint};
use crate::store;
use crate::store::webhooks::deliveries::Filter;
use crate::store::webhooks::{deliveries, endpoints};

/// How many deliveries a key's page shows.
const LATEST: u64 = 5;

/// How many endpoints that are off it shows: a key has one for each URL that its events ever went to.
const MOST_OFF: u64 = 5;

/// The webhooks of a key.
#[derive(Clone, Debug)]
pub struct Overview {
    /// Newest first.
    pub latest: Vec<Delivery>,
    /// How many there are, as far as they are counted.
    pub total: Option<u64>,
    /// Where its own URL leads, once something was sent there.
    pub endpoint: Option<Endpoint>,
    /// What is switched off, newest first.
    pub off: Vec<Endpoint>,
    /// How many are, as far as they are counted.
    pub total_off: Option<u64>,
}

/// The webhooks of a key of this ring.
pub async fn of_key(app: &App, proof: ReadKeys<'_>, key: &Key) -> Result<Overview> {
    let (db, workspace) = (app.db.reader(), proof.ring().workspace.id);
    let filter = Filter {
        key: Some(key.id),
        ..Filter::default()
    };
    Ok(Overview {
        latest: deliveries::list(db, workspace, filter, LATEST).await?,
        total: deliveries::counted(db, workspace, filter).await?.total,
        endpoint: match &key.webhook_url {
            Some(url) => endpoints::find_of_key(db, key.id, url).await?,
            None => None,
        },
        off: endpoints::list_off(db, key.id, MOST_OFF).await?,
        total_off: endpoints::count_off(db, key.id).await?,
    })
}

/// Where a delivery went.
pub async fn endpoint(app: &App, proof: ReadKeys<'_>, delivery: &Delivery) -> Result<Endpoint> {
    let found = endpoints::find(app.db.reader(), proof.ring().workspace.id, delivery.endpoint_id).await?;
    found.ok_or(AppError::NotFound)
}

/// The keys that deliveries belong to.
pub async fn keys(app: &App, proof: ReadKeys<'_>, deliveries: &[Delivery]) -> Result<HashMap<KeyId, Key>> {
    let mut ids: Vec<_> = deliveries.iter().filter_map(|delivery| delivery.key_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let keys = store::keys::find_all(app.db.reader(), proof.ring().owner_id(), &ids).await?;
    Ok(keys.into_iter().map(|key| (key.id, key)).collect())
}
