//! The load as wrk makes it (<https://github.com/wg/wrk>), which is what others measure with. It does a little more for each request than
//! our own load, and reads many answers before it sends many requests: the server finds more to do at once.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail, ensure};

use crate::data::Data;
use crate::load::Request;

/// What it sends.
const SCRIPT: &str = include_str!("wrk.lua");

/// What it measured.
pub(crate) struct Measured {
    pub(crate) answered: u64,
    pub(crate) took: Duration,
    /// Microseconds.
    pub(crate) p50: f64,
    /// Microseconds.
    pub(crate) p99: f64,
}

/// Asks for some seconds, whole ones, from some threads.
pub(crate) fn run(
    (threads, connections): (usize, usize),
    lasts: Duration,
    address: SocketAddr,
    request: &Request,
    (data, zipf, seed): (&Data, bool, u64),
) -> anyhow::Result<Measured> {
    let script = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wrk.lua");
    std::fs::write(&script, SCRIPT)?;
    let output = Command::new("wrk")
        .args([
            "--threads",
            &threads.to_string(),
            "--connections",
            &connections.to_string(),
        ])
        .args([
            "--duration",
            &lasts.as_secs().max(1).to_string(),
            "--latency",
            "--script",
        ])
        .arg(&script)
        .args([&format!("http://{address}"), "--"])
        .arg(data.file_of_texts()?)
        .args([&data.length.to_string(), &with_mark(request, data.length)?])
        .args([if zipf { "zipf" } else { "all" }, &seed.to_string()])
        .output()
        .context("wrk cannot be started (Debian has it as `wrk`)")?;
    let said = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!("wrk: {said}{}", String::from_utf8_lossy(&output.stderr));
    }
    let line = said.lines().find_map(|line| line.strip_prefix("measured "));
    let numbers = line.context("wrk said nothing")?.split(' ').map(str::parse);
    let numbers: Vec<u64> = numbers.collect::<Result<_, _>>()?;
    let [answered, took, p50, p99, failed] = numbers[..] else {
        bail!("wrk said something else: {said}");
    };
    ensure!(failed == 0, "{failed} requests failed: {said}");
    Ok(Measured {
        answered,
        took: Duration::from_micros(took),
        p50: p50 as f64,
        p99: p99 as f64,
    })
}

/// The request, with a mark where the key goes.
fn with_mark(request: &Request, length: usize) -> anyhow::Result<String> {
    let text = std::str::from_utf8(&request.bytes)?;
    let place = request.key_at.context("there is no place for a key")?;
    Ok(format!("{}{{key}}{}", &text[..place], &text[place + length..]))
}
