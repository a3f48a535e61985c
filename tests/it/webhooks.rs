//! Webhooks: accepted, signed, delivered, tried again, given up.

mod accept;
mod by_hand;
mod claims;
mod fairness;
mod receiver;
mod restarts;
mod rotation;
mod schedule;
mod switched_off;
mod world;
