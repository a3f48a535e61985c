//! Webhooks: events on their way to the provider's customers.

pub mod courier;
