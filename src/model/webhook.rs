//! Webhooks: the rules of them that need nothing but their arguments.

pub mod retry_after;
pub mod signature;
