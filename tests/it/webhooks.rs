//! Webhooks: accepted, signed, brought to receivers who may be anybody, tried again, given up.

mod accept;
mod by_hand;
mod claims;
mod courier;
pub mod customer;
mod expiry;
mod fairness;
pub mod foreign;
mod own_endpoint;
mod pages;
mod receiver;
mod receivers;
mod restarts;
mod rotation;
mod schedule;
mod switched_off;
mod world;
