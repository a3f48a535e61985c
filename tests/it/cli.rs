//! The command line: the real binary, in processes of its own.

mod backup;
mod broken_profiles;
mod commands;
pub mod installation;
mod killed;
mod mistakes;
mod pgbouncer;
mod secrets;
mod serving;
mod signals;
mod start_errors;
