//! What all connections of a process know together.

use std::sync::Arc;

use super::fault;
use super::health::Health;
use super::place::Place;
use super::suspicion::Suspicion;
use crate::store::{Error, Result};

/// What all connections of a process know together.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) health: Arc<Health>,
    /// Of a SQLite file.
    pub(super) place: Option<Arc<Place>>,
    pub(super) suspicion: Option<Arc<Suspicion>>,
}

impl Shared {
    /// Whether a SQLite file is still where it was.
    pub(super) fn check_place(&self) -> Result<()> {
        let Some(place) = &self.place else { return Ok(()) };
        place.check().map_err(|trouble| {
            let error = fault::not_asked(trouble);
            self.health.could_not_write(trouble, &error);
            Error::Unavailable(trouble, error)
        })
    }
}
