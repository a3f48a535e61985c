//! What pages say about webhooks.

pub mod words;
