//! The processes that are measured: started on a port of their own, killed when they are dropped.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, bail};
use rustix::thread::disable_transparent_huge_pages;

use crate::processors::Processors;

/// A server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
}

/// What a server has used so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pub(crate) cpu: Duration,
    pub(crate) memory: u64,
}

/// Runs a command of Keyhatch and returns what it prints.
pub(crate) fn command(directory: &Path, arguments: &[&str]) -> anyhow::Result<String> {
    let output = keyhatch(directory).args(arguments).output()?;
    if !output.status.success() {
        bail!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

fn keyhatch(directory: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keyhatch"));
    command
        .env_clear()
        .env("KEYHATCH_DATA_DIR", directory)
        .env("KEYHATCH_LISTEN", "127.0.0.1:0")
        .env("KEYHATCH_TRUSTED_PROXIES", "127.0.0.0/8")
        .env("KEYHATCH_LOG", "warn");
    command
}

impl Server {
    /// Keyhatch, over a data directory.
    pub(crate) fn keyhatch(directory: &Path) -> anyhow::Result<Self> {
        Self::start(keyhatch(directory))
    }

    /// The same, with memory in pages of the smallest size only.
    pub(crate) fn with_small_pages(directory: &Path) -> anyhow::Result<Self> {
        // Processes inherit this when they are started.
        disable_transparent_huge_pages(true)?;
        let server = Self::keyhatch(directory);
        disable_transparent_huge_pages(false)?;
        server
    }

    /// The empty handler.
    pub(crate) fn floor() -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("--floor");
        Self::start(command)
    }

    fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let said = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(said).lines();
        for line in lines.by_ref() {
            if let Some((_, address)) = line?.split_once("listening on http://") {
                let address = address.trim().parse()?;
                // Somebody must read what is said, or it stops.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(Self { child, address });
            }
        }
        bail!("it ended before it listened")
    }

    /// Keeps each worker on a processor of its own. They have to be there: it has answered, or some time has passed.
    pub(crate) fn spread_over(&self, processors: &Processors) -> anyhow::Result<()> {
        processors.spread_workers(self.child.id())
    }

    /// Processor time of its threads and resident memory so far (proc(5)).
    pub(crate) fn used(&self) -> anyhow::Result<Used> {
        let process = self.child.id();
        let mut nanos = 0;
        for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
            // A thread may have ended meanwhile.
            let Ok(spent) = std::fs::read_to_string(thread?.path().join("schedstat")) else {
                continue;
            };
            nanos += spent.split(' ').next().context("no time")?.parse::<u64>()?;
        }
        Ok(Used {
            cpu: Duration::from_nanos(nanos),
            memory: anonymous_memory(process)?,
        })
    }
}

/// What a process holds in memory that is no file's, in bytes.
fn anonymous_memory(process: u32) -> anyhow::Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kilobytes.context("no RssAnon in /proc")?.parse::<u64>()? * 1024)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
