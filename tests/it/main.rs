//! Every test that drives Keyhatch from outside, in one binary: over HTTP against a real listener.
//!
//! Alice owns, Bob develops, Victor views, Charlie is a stranger, Sam is staff. Time moves by a clock that tests set.

#![allow(unreachable_pub, reason = "a test binary has no outside")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod accounts;
mod api;
mod authz_matrix;
mod cli;
mod conformance;
mod connections;
mod credits;
mod docs;
mod durability;
mod embed;
mod gateways;
mod inbound;
mod keys;
mod layering;
mod leaks;
mod onboarding;
mod power_cut;
mod projects;
mod secrets;
mod staff;
mod stops;
mod support;
mod usage;
mod verification;
mod webhooks;
mod workspaces;
