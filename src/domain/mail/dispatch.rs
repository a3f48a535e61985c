//! Delivering mail, as work that is claimed ([`crate::domain::dispatch`]).

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::outbox;
use super::smtp::LONGEST;
use crate::domain::App;
use crate::domain::dispatch::{Bell, Work};
use crate::error::{AppError, Result};
use crate::model::email::Email;
use crate::model::mail::{Failure, MailState, next_attempt};
use crate::model::timestamp::{SECOND, Timestamp};
use crate::random;
use crate::store::mails::{self, Claim, Waiting};
use crate::store::{self, Db};

/// How many are under way to one recipient, by all processes: one that is slow delays nobody else.
const OF_RECIPIENT: i64 = 2;

/// How long a claim lasts, in milliseconds: longer than an attempt takes.
const CLAIM: i64 = LONGEST.as_millis() as i64 + 15 * SECOND;

/// Mail.
pub enum Mails {}

impl Work for Mails {
    type Id = Uuid;

    const NAME: &'static str = "mail";

    /// A mail server may take few connections from one address.
    const AT_ONCE: usize = 20;

    /// The others wait for the next process.
    const FINISHING: Duration = Duration::from_secs(4);

    fn bell(app: &App) -> &Bell {
        &app.mailer.bell
    }

    async fn is_any_due(db: &Db, now: Timestamp) -> store::Result<bool> {
        mails::is_any_due(db.reader(), now).await
    }

    async fn claim(app: &App, db: &Db, room: i64) -> store::Result<Vec<Uuid>> {
        let now = app.now();
        let claim = Claim {
            node: app.node,
            now,
            until: now.plus(CLAIM),
            room,
            of_recipient: OF_RECIPIENT,
        };
        mails::claim(db.writer(), claim).await
    }

    async fn attempt(app: &App, db: &Db, id: Uuid, cut: &CancellationToken) -> Result<()> {
        attempt(app, db, id, cut).await
    }

    async fn give_back(app: &App, db: &Db, id: Uuid) -> store::Result<()> {
        mails::give_back(db.writer(), app.node, id, app.now()).await
    }

    async fn give_all_back(db: &Db, now: Timestamp) -> store::Result<()> {
        mails::give_all_back(db.writer(), now).await
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
            Err(error) => AppError::from(error).log("what became of a mail could not be written down yet"),
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
    app.mailer.deliver(mail.id, &to, &content).await
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
