//! Webhooks: accepted, signed, brought to receivers who may be anybody, tried again, given up.

mod accept;
mod by_hand;
mod claims;
mod courier;
pub mod customer;
mod fairness;
mod foreign;
mod pages;
mod receiver;
mod restarts;
mod rotation;
mod schedule;
mod switched_off;
mod world;
