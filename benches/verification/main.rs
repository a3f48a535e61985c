//! The verification benchmark: what a verdict costs beside an empty actix-web handler, in one run on one machine.
//!
//! `cargo bench --bench verification` prepares databases, starts Keyhatch and the floor as processes of their own, and asks
//! them in turn; `-- --help` lists what can be chosen. Everything stays on the loopback, and ends by itself. What is printed
//! are medians over the rounds, and ratios to the floor of the same round.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints what it measures")]

mod data;
mod floor;
mod load;
mod options;
mod process;
mod processors;
mod report;
mod scenarios;
mod wrk;

use std::process::ExitCode;

use options::Options;

/// The one that Keyhatch has, for the floor too.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Options::read() {
        // `cargo test --benches` starts this too, without saying that it is a benchmark.
        None => ExitCode::SUCCESS,
        Some(Options { floor: true, .. }) => floor::serve(),
        Some(options) => match scenarios::run(&options) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error:#}");
                ExitCode::FAILURE
            }
        },
    }
}
