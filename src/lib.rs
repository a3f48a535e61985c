//! Keyhatch: the dashboard where an API provider's customers manage their keys, and the authority that verifies them.
//!
//! Layers, from the outside in: `web` and `api` → `domain` → `store` → `model`. ARCHITECTURE.md is the map.

pub mod api;
pub mod app;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod connection;
pub mod domain;
pub mod error;
pub mod health;
pub mod metrics;
pub mod model;
pub mod profile;
pub mod random;
pub mod routes;
pub mod status;
pub mod store;
pub mod telemetry;
pub mod web;
