//! The task that claims what is due and has it delivered, in every process that serves.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::outbox;
use super::smtp::LONGEST;
use crate::domain::App;
use crate::error::Result;
use crate::model::email::Email;
use crate::model::mail::{Failure, MailState, next_attempt};
use crate::model::timestamp::SECOND;
use crate::random;
use crate::store::Db;
use crate::store::mails::{self, Claim, Waiting};

/// How many mails one process has under way: a mail server may take few connections from one address.
const AT_ONCE: usize = 20;

/// How many are under way to one recipient, by all processes: one that is slow delays nobody else.
const OF_RECIPIENT: i64 = 2;

/// How long a claim lasts, in milliseconds: longer than an attempt takes.
const CLAIM: i64 = LONGEST.as_millis() as i64 + 15 * SECOND;

/// How often is looked whether anything is due.
const LOOK: Duration = Duration::from_millis(250);

/// How long mails under way may take when the process stops; the others wait for the next one.
const FINISHING: Duration = Duration::from_secs(4);

/// Runs until [`Mailer::stop`](super::Mailer::stop), and a few seconds longer.
pub async fn run(app: Arc<App>) {
    let db = loop {
        match connection(&app).await {
            Ok(db) => break db,
            Err(error) => error.log("mail cannot be delivered yet; trying again"),
        }
        tokio::time::sleep(LOOK).await;
    };
    if !db.is_shared()
        && let Err(error) = mails::give_all_back(db.writer(), app.now()).await
    {
        crate::error::AppError::from(error).log("claims of the process before this one run out by themselves");
    }
    let dispatcher = Dispatcher {
        app: Arc::clone(&app),
        db,
        under_way: Arc::default(),
        tasks: TaskTracker::new(),
        cut: CancellationToken::new(),
    };
    tokio::select! {
        () = dispatcher.deliver() => {}
        () = app.mailer.stopping.notified() => {}
    }
    dispatcher.finish().await;
}

/// As for webhooks: on PostgreSQL, connections that outlive the workers.
async fn connection(app: &App) -> Result<Db> {
    match app.db.is_shared() {
        true => Ok(app.db.reconnect().await?),
        false => Ok(app.db.clone()),
    }
}

struct Dispatcher {
    app: Arc<App>,
    db: Db,
    under_way: Arc<Mutex<HashSet<Uuid>>>,
    tasks: TaskTracker,
    cut: CancellationToken,
}

impl Dispatcher {
    async fn deliver(&self) {
        loop {
            let claimed = self.claim().await.unwrap_or_else(|error| {
                error.log("due mails could not be claimed; trying again");
                Vec::new()
            });
            if claimed.is_empty() {
                let _ = tokio::time::timeout(LOOK, self.app.mailer.bell.notified()).await;
            }
            for id in claimed {
                self.begin(id);
            }
        }
    }

    async fn claim(&self) -> Result<Vec<Uuid>> {
        let room = AT_ONCE.saturating_sub(self.under_way.lock().len());
        let now = self.app.now();
        if room == 0 || !mails::is_any_due(self.db.reader(), now).await? {
            return Ok(Vec::new());
        }
        let claim = Claim {
            node: self.app.node,
            now,
            until: now.plus(CLAIM),
            room: i64::try_from(room).unwrap_or(i64::MAX),
            of_recipient: OF_RECIPIENT,
        };
        Ok(mails::claim(self.db.writer(), claim).await?)
    }

    fn begin(&self, id: Uuid) {
        // A claim of our own that has run out while we still work on it.
        if !self.under_way.lock().insert(id) {
            return;
        }
        let (app, db, under_way) = (Arc::clone(&self.app), self.db.clone(), Arc::clone(&self.under_way));
        let cut = self.cut.clone();
        self.tasks.spawn(async move {
            if let Err(error) = attempt(&app, &db, id, &cut).await {
                error.log("a mail could not be read");
            }
            under_way.lock().remove(&id);
            app.mailer.wake();
        });
    }

    async fn finish(self) {
        self.tasks.close();
        let _ = tokio::time::timeout(FINISHING, self.tasks.wait()).await;
        self.cut.cancel();
        let _ = tokio::time::timeout(LOOK, self.tasks.wait()).await;
        let left: Vec<_> = self.under_way.lock().iter().copied().collect();
        for id in left {
            let given_back = mails::give_back(self.db.writer(), self.app.node, id, self.app.now()).await;
            if let Err(error) = given_back {
                crate::error::AppError::from(error).log("a claim of a mail runs out by itself");
            }
        }
    }
}

async fn attempt(app: &App, db: &Db, id: Uuid, cut: &CancellationToken) -> Result<()> {
    let Some(mut mail) = mails::find_claimed(db.reader(), id, app.node).await? else {
        return Ok(());
    };
    let Some(outcome) = cut.run_until_cancelled(deliver(app, &mail)).await else {
        mails::give_back(db.writer(), app.node, id, app.now()).await?;
        return Ok(());
    };
    mail.attempts += 1;
    let now = app.now();
    let random = u32::from_le_bytes(random::bytes(&*app.random));
    let next = next_attempt(mail.attempts, mail.created_at, mail.expires_at, now, random);
    let next = next.filter(|_| outcome.as_ref().is_err_and(|failure| !failure.is_final));
    if let Err(failure) = &outcome {
        complain(&mail, failure, next.is_none());
    }
    // It is out of our hands, or not: nobody else may try before that is written down.
    loop {
        let written = match (&outcome, next) {
            (Ok(()), _) => mails::finish(db.writer(), &mail, app.node, MailState::Delivered, now).await,
            (Err(_), Some(next)) => mails::try_again(db.writer(), &mail, app.node, next).await,
            (Err(_), None) => mails::finish(db.writer(), &mail, app.node, MailState::Failed, now).await,
        };
        match written {
            Ok(()) => return Ok(()),
            Err(error) => {
                crate::error::AppError::from(error).log("what became of a mail could not be written down yet")
            }
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn deliver(app: &App, mail: &Waiting) -> std::result::Result<(), Failure> {
    if mail.expires_at.is_some_and(|end| end <= app.now()) {
        return Err(Failure::impossible("its link has ended"));
    }
    let content = outbox::open(app, mail).map_err(|_| Failure::impossible("it cannot be unsealed"))?;
    let to = Email::kept(&content.to);
    app.mailer.deliver(mail.id, &to, &content.subject, &content.text).await
}

/// One line, and nothing of the mail in it.
fn complain(mail: &Waiting, failure: &Failure, is_over: bool) {
    let (id, kind, why) = (mail.id, mail.kind.as_str(), failure.why.as_str());
    let (attempt, code) = (mail.attempts, failure.code.map(i64::from));
    if is_over {
        tracing::error!(mail.id = %id, mail.kind = kind, attempt, code, why, "a mail could not be delivered; it is given up");
    } else {
        tracing::warn!(mail.id = %id, mail.kind = kind, attempt, code, why, "a mail could not be delivered; it is tried again");
    }
}
