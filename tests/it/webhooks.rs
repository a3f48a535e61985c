//! Webhooks: what is signed, and how it is brought to receivers who may be anybody.

mod courier;
mod foreign;
mod receiver;
