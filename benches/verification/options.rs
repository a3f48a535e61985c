//! What to measure.

use std::time::Duration;

use clap::Parser;

/// Verification beside an empty handler: throughput, latency, CPU and memory.
#[derive(Clone, Debug, Parser)]
pub(crate) struct Options {
    /// How many keys there are; several may be named
    #[arg(long, value_delimiter = ',', default_value = "10000")]
    pub(crate) keys: Vec<usize>,
    /// How many connections ask; several may be named
    #[arg(long, value_delimiter = ',', default_value = "64")]
    pub(crate) connections: Vec<usize>,
    /// How often each is asked in turn: many short turns tell more than few long ones, where others use the machine too
    #[arg(long, default_value_t = 60)]
    pub(crate) rounds: usize,
    /// On how many processors all of it runs, server and load; without it, on all there are
    #[arg(long)]
    pub(crate) processors: Option<usize>,
    /// Keep a worker and a thread of the load on each processor: costs show finer than where the scheduler decides
    #[arg(long)]
    pub(crate) pinned: bool,
    /// How many threads ask; without it, one for each processor. (One alone beside two workers is a matter of luck: an empty handler may
    /// then answer less than one that says more.)
    #[arg(long, conflicts_with = "pinned")]
    pub(crate) threads: Option<usize>,
    /// Ask with wrk, from as many threads and for whole seconds, instead of with our own load
    #[arg(long, conflicts_with = "pinned")]
    pub(crate) wrk: bool,
    /// How long each turn takes, in seconds; without it a quarter, and a whole one for wrk, which knows no less
    #[arg(long)]
    seconds: Option<f64>,
    /// Few keys are asked for often, most of them seldom (Zipf, exponent 1), instead of all alike
    #[arg(long)]
    pub(crate) zipf: bool,
    /// What to ask: forward, me, verify, and identity (the empty handler with the headers of forward); all of them without it
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Also: a good key's latency at a steady 5,000 requests a second, calm and with 20 sign-ins a second beside it
    #[arg(long)]
    pub(crate) sign_ins: bool,
    /// Also: the same, calm and under a flood of well-formed unknown keys
    #[arg(long)]
    pub(crate) unknown: bool,
    /// Also: keys revoked under load, and what was accepted after the answer
    #[arg(long)]
    pub(crate) stale: bool,
    /// A short run over a thousand keys, to see that everything works
    #[arg(long)]
    pub(crate) quick: bool,
    /// Serve the floor (for the benchmark itself)
    #[arg(long, hide = true)]
    pub(crate) floor: bool,
    /// Said by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    pub(crate) fn read() -> Option<Self> {
        let mut options = Self::parse();
        if options.quick {
            options.keys = vec![1_000];
            options.rounds = 1;
            options.seconds = Some(1.0);
        }
        (options.bench || options.floor).then_some(options)
    }

    pub(crate) fn turn(&self) -> Duration {
        let seconds = self.seconds.unwrap_or(if self.wrk { 1.0 } else { 0.25 });
        Duration::from_secs_f64(seconds)
    }

    pub(crate) fn asks(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}
