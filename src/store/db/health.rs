//! How the database is: whether it answers at all, whether it takes what is written, and who has been told about it.

use std::collections::HashMap;
use std::fmt::Display;
use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use sea_orm::DbErr;
use tokio::sync::watch;

use super::fault;
use crate::model::trouble::Trouble;

/// How long a command waits for a lock: whoever typed it would rather wait.
const PATIENCE: Duration = Duration::from_secs(15);

/// How long a request waits while nothing moves.
const PATIENCE_OF_REQUESTS: Duration = Duration::from_millis(1_500);

/// The same while somebody of this process writes: the disk may be slow, but nobody else holds the file.
const PATIENCE_WITH_OURSELVES: Duration = Duration::from_secs(5);

/// The same, once somebody has waited in vain.
const NO_PATIENCE: Duration = Duration::from_millis(200);

/// The same trouble is not written down more often.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// Shared by all connections of a process to one database.
#[derive(Debug)]
pub(super) struct Health {
    /// What the watchdog has found: nothing is asked meanwhile, and what was being asked is given up.
    down: watch::Sender<Option<Trouble>>,
    /// When it last came back, or cut a connection off: those that are older may be dead without knowing it.
    came_back: Mutex<Option<Instant>>,
    writing: Mutex<Writing>,
    /// When each trouble was last written to the log, and that there is none any more.
    said: Mutex<Said>,
    /// When a writer last got on: its turn, or a statement done. In milliseconds since `began`.
    moved: AtomicU64,
    began: Instant,
    /// Whether somebody has waited in vain since.
    stuck: AtomicBool,
    hurried: AtomicBool,
    /// How many transactions of this process are open.
    open: AtomicUsize,
}

/// What is known of writing.
#[derive(Debug, Default)]
struct Writing {
    trouble: Option<Trouble>,
    succeeded: Option<Instant>,
}

/// What the log was told of trouble.
#[derive(Debug, Default)]
struct Said {
    at: HashMap<Trouble, Instant>,
    /// … and not yet that it is over.
    ends_with_trouble: bool,
}

impl Health {
    pub(super) fn new() -> Self {
        Self {
            down: watch::Sender::new(None),
            came_back: Mutex::default(),
            writing: Mutex::default(),
            said: Mutex::default(),
            moved: AtomicU64::new(0),
            began: Instant::now(),
            stuck: AtomicBool::new(false),
            hurried: AtomicBool::new(false),
            open: AtomicUsize::new(0),
        }
    }

    /// From here on requests wait: somebody watches.
    pub(super) fn hurry(&self) {
        self.hurried.store(true, Ordering::Relaxed);
    }

    /// What the watchdog has found.
    pub(super) fn found(&self, trouble: Option<Trouble>) {
        let changed = self
            .down
            .send_if_modified(|down| std::mem::replace(down, trouble) != trouble);
        if changed && trouble.is_none() {
            *self.came_back.lock() = Some(Instant::now());
            if self.is_recovery_news() {
                tracing::info!("the database answers again");
            }
        }
    }

    /// Why it cannot be asked, if so.
    pub(super) fn down(&self) -> Option<Trouble> {
        *self.down.borrow()
    }

    /// When it was last away.
    pub(super) fn came_back(&self) -> Option<Instant> {
        *self.came_back.lock()
    }

    /// Asks, unless the database is known to be away, and only until it is.
    pub(super) async fn ask<T>(&self, asked: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let mut down = self.down.subscribe();
        tokio::select! {
            biased;
            found = down.wait_for(Option::is_some) => {
                Err(fault::not_asked(found.ok().and_then(|found| *found).unwrap_or(Trouble::Gone)))
            }
            answer = asked => {
                if let Err(error) = &answer {
                    self.note(error);
                }
                answer
            }
        }
    }

    /// Like [`Health::ask`], for whoever waits for a turn to write: not for longer than nothing moves.
    pub(super) async fn wait_for_turn<T>(&self, turn: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        let waiting = Instant::now();
        let asked = self.ask(turn);
        tokio::pin!(asked);
        loop {
            let since = waiting.max(self.began + Duration::from_millis(self.moved.load(Ordering::Relaxed)));
            let until = since + self.patience();
            tokio::select! {
                biased;
                answer = &mut asked => {
                    if answer.is_ok() {
                        self.moved();
                    }
                    return answer;
                }
                () = tokio::time::sleep_until(until.into()) => {
                    let moved = self.began + Duration::from_millis(self.moved.load(Ordering::Relaxed));
                    if moved <= since && waiting.max(moved).elapsed() >= self.patience() {
                        self.stuck.store(true, Ordering::Relaxed);
                        let error = DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout);
                        self.note(&error);
                        return Err(error);
                    }
                }
            }
        }
    }

    fn patience(&self) -> Duration {
        match (self.hurried.load(Ordering::Relaxed), self.stuck.load(Ordering::Relaxed)) {
            (false, _) => PATIENCE,
            (true, true) => NO_PATIENCE,
            (true, false) if self.open.load(Ordering::Relaxed) > 0 => PATIENCE_WITH_OURSELVES,
            (true, false) => PATIENCE_OF_REQUESTS,
        }
    }

    /// A transaction was begun.
    pub(super) fn began(&self) {
        self.open.fetch_add(1, Ordering::Relaxed);
    }

    /// It has ended, however.
    pub(super) fn ended(&self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
        self.moved();
    }

    /// A writer got on.
    pub(super) fn moved(&self) {
        let millis = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.moved.store(millis, Ordering::Relaxed);
        self.stuck.store(false, Ordering::Relaxed);
    }

    /// Something was written, and is there.
    pub(super) fn wrote(&self) {
        self.moved();
        let had_trouble = {
            let mut writing = self.writing.lock();
            writing.succeeded = Some(Instant::now());
            writing.trouble.take().is_some()
        };
        if had_trouble && self.is_recovery_news() {
            tracing::info!("the database takes changes again");
        }
    }

    /// Writing has failed.
    pub(super) fn could_not_write(&self, trouble: Trouble, why: &dyn Display) {
        self.writing.lock().trouble = Some(trouble);
        self.say(trouble, why);
    }

    /// How long ago something was written; nothing, when that has failed since.
    pub(super) fn written(&self) -> Option<Duration> {
        let writing = self.writing.lock();
        match writing.trouble {
            None => writing.succeeded.map(|at| at.elapsed()),
            Some(_) => None,
        }
    }

    fn note(&self, error: &DbErr) {
        if fault::is_cut_off(error) {
            // The others may be cut off as well: they are not taken again.
            *self.came_back.lock() = Some(Instant::now());
        }
        if let Some(trouble) = fault::trouble(error) {
            self.say(trouble, error);
        }
    }

    /// Tells the log, once a minute for each trouble: what fails because of it is not worth a line each.
    pub(super) fn say(&self, trouble: Trouble, why: &dyn Display) {
        if self.is_news(trouble) {
            tracing::error!(
                error = %why,
                "{}; changes are refused with 503 until then: {}",
                trouble.reason(),
                trouble.remedy()
            );
        }
    }

    /// Whether a minute has passed since this trouble was last said. (Where a small change fits and a large one does not, it comes
    /// and goes with every other one.)
    fn is_news(&self, trouble: Trouble) -> bool {
        let mut said = self.said.lock();
        if said.at.get(&trouble).is_some_and(|at| at.elapsed() < SAID_EVERY) {
            return false;
        }
        said.at.insert(trouble, Instant::now());
        said.ends_with_trouble = true;
        true
    }

    /// Whether trouble is the last that was said: then that it is over has to be.
    fn is_recovery_news(&self) -> bool {
        std::mem::take(&mut self.said.lock().ends_with_trouble)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_and_goes_is_said_once_a_minute() {
        let health = Health::new();
        assert!(health.is_news(Trouble::Full));
        for _ in 0..3 {
            health.could_not_write(Trouble::Full, &"no room");
            assert!(!health.is_news(Trouble::Full), "it was said");
            assert_eq!(health.written(), None);
            health.wrote();
            assert!(!health.is_recovery_news(), "so was that it is over");
            assert!(health.written().is_some());
        }
        assert!(health.is_news(Trouble::Gone), "another trouble is news");
        assert!(health.is_recovery_news(), "and its end, whenever that is");
    }
}
