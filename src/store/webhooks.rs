//! Webhooks: endpoints, deliveries, attempts; and claiming what is due.

pub mod attempts;
pub mod claims;
pub mod deliveries;
pub mod endpoints;
