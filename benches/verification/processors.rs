//! On which processors everything runs, and, when asked for, what runs on which: then each has one of the server's workers and one
//! thread of the load, and it is not the scheduler's luck which of three threads share a processor. That luck lasts for seconds, and
//! moves throughput by a tenth either way.

use anyhow::{Context, ensure};
use rustix::thread::{CpuSet, Pid, sched_getaffinity, sched_setaffinity};

/// How the names of workers' threads begin, in Keyhatch and in the floor, as far as Linux keeps them.
const WORKERS: [&str; 2] = ["actix-server wo", "actix-rt|"];

/// Those that are used.
#[derive(Clone, Debug)]
pub(crate) struct Processors(Vec<usize>);

impl Processors {
    /// The first so many of those that this process may use, or all of them. Processes that are started from here on use no others.
    pub(crate) fn take(count: Option<usize>) -> anyhow::Result<Self> {
        let all = sched_getaffinity(None)?;
        let mut numbers: Vec<usize> = (0..CpuSet::MAX_CPU).filter(|number| all.is_set(*number)).collect();
        if let Some(count) = count {
            ensure!(
                (1..=numbers.len()).contains(&count),
                "there are {} processors",
                numbers.len()
            );
            numbers.truncate(count);
        }
        let taken = Self(numbers);
        taken.restrict(None, &taken.0)?;
        Ok(taken)
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// Keeps the calling thread on one of them.
    pub(crate) fn stay_on(&self, place: usize) -> anyhow::Result<()> {
        let number = self.0.get(place).context("no processor")?;
        self.restrict(None, &[*number])
    }

    /// Keeps each worker of a server on one of them.
    pub(crate) fn spread_workers(&self, process: u32) -> anyhow::Result<()> {
        let mut workers = Vec::new();
        for thread in std::fs::read_dir(format!("/proc/{process}/task"))? {
            let thread = thread?;
            let name = std::fs::read_to_string(thread.path().join("comm"))?;
            if WORKERS.iter().any(|worker| name.starts_with(worker)) {
                let number = thread.file_name().into_string().ok();
                workers.push(
                    number
                        .and_then(|number| number.parse().ok())
                        .context("no thread's number")?,
                );
            }
        }
        ensure!(
            workers.len() == self.0.len(),
            "{} workers, {} processors",
            workers.len(),
            self.0.len()
        );
        workers.sort_unstable();
        for (worker, processor) in workers.into_iter().zip(&self.0) {
            self.restrict(Pid::from_raw(worker), &[*processor])?;
        }
        Ok(())
    }

    fn restrict(&self, thread: Option<Pid>, numbers: &[usize]) -> anyhow::Result<()> {
        let mut set = CpuSet::new();
        numbers.iter().for_each(|number| set.set(*number));
        Ok(sched_setaffinity(thread, &set)?)
    }
}
