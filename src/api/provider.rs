//! What the provider's own systems call, with a service token.

pub mod credits;
pub mod embed;
pub mod verify;
pub mod webhooks;
