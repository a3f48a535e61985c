//! Verification from memory: the fast lane and the whole way say the same, limits are exact, gateways are told who it is, and
//! nobody believes what has changed meanwhile.

mod addresses;
mod freshness;
mod gateway;
mod lane;
mod limits;
mod tokens;
mod usage;
