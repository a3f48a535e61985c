//! Keyhatch: the dashboard where an API provider's customers manage their keys, and the authority that verifies them.
//!
//! Layers, from the outside in: `web` and `api` → `domain` → `store` → `model`. ARCHITECTURE.md is the map.

pub mod clock;
pub mod model;
pub mod profile;
pub mod random;
pub mod store;
