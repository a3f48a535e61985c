//! Types and pure rules: no async, no I/O, no HTTP, no clock. A value that exists here is a value that was checked.

pub mod access;
pub mod account;
pub mod audit;
pub mod email;
pub mod embed;
pub mod expiry;
pub mod ids;
pub mod inbound;
pub mod key;
pub mod key_format;
pub mod name;
pub mod password;
pub mod rate;
pub mod role;
pub mod signing_secret;
pub mod slug;
pub mod special_addresses;
pub mod timestamp;
pub mod user_agent;
pub mod verdict;
pub mod webhook;
pub mod webhook_url;
pub mod workspace;
