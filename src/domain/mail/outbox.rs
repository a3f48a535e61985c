//! Writing mail: in the transaction of what it tells of. From then on it is the dispatcher's.

use uuid::Uuid;

use super::Mail;
use super::content::Content;
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::email::Email;
use crate::model::timestamp::{DAY, MINUTE, Timestamp};
use crate::store::db::commit;
pub use crate::store::mails::Troubled;
use crate::store::mails::Waiting;
use crate::store::{self, Tx};

/// How long what became of a mail is kept, in milliseconds.
const KEPT: i64 = 30 * DAY;

/// Writes a mail. Ring [`Mailer::wake`](super::Mailer::wake) after the commit.
pub async fn put(tx: &Tx, app: &App, mail: &Mail) -> Result<()> {
    write(tx, app, mail, app.now(), false).await.map(drop)
}

/// Writes a mail that is never sent: so that it takes as long where there is nobody to send it to.
pub async fn put_for_nobody(tx: &Tx, app: &App, mail: &Mail) -> Result<()> {
    write(tx, app, mail, app.now(), true).await.map(drop)
}

/// Writes a mail that waits for [`release`], but not for long: whoever writes more of it may die.
pub(in crate::domain) async fn put_on_hold(tx: &Tx, app: &App, mail: &Mail) -> Result<Uuid> {
    write(tx, app, mail, app.now().plus(MINUTE), false).await
}

/// Sends what was on hold.
pub(in crate::domain) async fn release(app: &App, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    store::mails::make_due(&tx, ids, app.now()).await?;
    commit(tx).await?;
    app.mailer.wake();
    Ok(())
}

/// When the last mail to this address could not be delivered; nothing once one arrives.
pub async fn undelivered(app: &App, to: &Email) -> Result<Option<Timestamp>> {
    Ok(store::mails::undelivered(app.db.reader(), &recipient(app, to)).await?)
}

/// Mails to this address that could not be delivered, or not yet: newest first.
pub async fn troubled(app: &App, to: &Email, limit: u64) -> Result<Vec<Troubled>> {
    Ok(store::mails::troubled(app.db.reader(), &recipient(app, to), limit).await?)
}

/// Sweeps what became of mails long ago; a transaction is only begun when anything is due.
pub async fn sweep(app: &App) -> Result<()> {
    let before = app.now().plus(-KEPT);
    if !store::mails::is_any_finished(app.db.reader(), before).await? {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    store::mails::delete_finished(&tx, before).await?;
    Ok(commit(tx).await?)
}

async fn write(tx: &Tx, app: &App, mail: &Mail, due_at: Timestamp, is_nobodys: bool) -> Result<Uuid> {
    let id = app.new_id();
    let content = Content {
        to: mail.to.as_str().to_owned(),
        subject: mail.subject.clone(),
        text: mail.text.clone(),
        unsubscribe: mail.unsubscribe.clone(),
    };
    let plain = serde_json::to_vec(&content).map_err(|error| AppError::Internal(error.into()))?;
    let sealed = seal::seal(&sealing_key(app), &*app.random, id.as_bytes(), &plain).map_err(AppError::Internal)?;
    let new = Waiting {
        id,
        recipient: recipient(app, &mail.to),
        kind: mail.kind.to_owned(),
        sealed,
        attempts: 0,
        created_at: app.now(),
        expires_at: mail.expires_at,
    };
    store::mails::insert(tx, new, due_at, is_nobodys).await?;
    Ok(id)
}

/// Reads a mail again.
pub(super) fn open(app: &App, mail: &Waiting) -> anyhow::Result<Content> {
    let plain = seal::open(&sealing_key(app), mail.id.as_bytes(), &mail.sealed)?;
    Ok(serde_json::from_slice(&plain)?)
}

fn sealing_key(app: &App) -> seal::SealingKey {
    app.master_key.derive("mail")
}

/// Who has the database alone does not learn from it whom mail goes to.
fn recipient(app: &App, to: &Email) -> Vec<u8> {
    let key = app.master_key.derive("mail-recipient");
    seal::mac(&key, &[to.folded().as_bytes()])[..16].to_vec()
}
