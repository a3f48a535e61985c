//! Changes that verification has to hear of: ending the transaction that made one, and hearing of what others made.
//!
//! The order is what makes a verdict true. A change is committed, then forgotten in this process's memory, then waited for
//! until every other process has forgotten it too; only then is anybody answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use crate::domain::App;
use crate::domain::verify::records::Records;
use crate::domain::verify::records::lease::{self, Moment};
use crate::error::{AppError, Result};
use crate::model::timestamp::{HOUR, Timestamp};
use crate::store::changes::{Bell, Changed};
use crate::store::{self, Db, Tx};

/// How much longer than a lease others are waited for: clocks do not run equally fast.
const MARGIN: Duration = Duration::from_millis(300);

/// How long changes are kept for those who have not heard of them.
const KEPT: i64 = HOUR;

/// Whoever has not listened for as long forgets everything, because changes may be gone.
const TOO_LONG: Duration = Duration::from_secs(30 * 60);

/// Commits a transaction after which verification answers differently. When this returns, nobody answers from memory that is
/// older.
pub async fn commit(app: &App, tx: Tx, changed: &Changed) -> Result<()> {
    let number = store::changes::note(&tx, changed, app.now()).await?;
    let (records, subject) = (Arc::clone(&app.records), changed.subject().clone());
    // A task of its own: a client that hangs up between the commit and the forgetting must not leave memory stale.
    let committing = tokio::spawn(async move {
        let committed = store::db::commit(tx).await;
        // Whatever is known of the commit: what it may have changed is read again.
        records.forget(&subject);
        committed
    });
    committing.await.map_err(|error| AppError::Internal(error.into()))??;
    wait_for_others(app, number).await
}

async fn wait_for_others(app: &App, number: i64) -> Result<()> {
    let (committed, lasts) = (Instant::now(), lease::LASTS + MARGIN);
    let mut pause = Duration::from_millis(1);
    // After that time no node that has not heard believes its memory.
    while committed.elapsed() < lasts {
        // A database that does not say leaves only waiting: what was changed is changed.
        if matches!(
            store::nodes::unaware(app.db.verifier(), app.node, number, lasts).await,
            Ok(0)
        ) {
            return Ok(());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(50));
    }
    Ok(())
}

/// This process, listening.
#[derive(Debug)]
pub struct Listener {
    node: Uuid,
    records: Arc<Records>,
    db: Db,
    heard: i64,
    /// What the database knows of that.
    told: i64,
    last: Moment,
}

impl Listener {
    /// Joins: from now on, whoever changes something waits for this process. It may verify from memory after it has listened
    /// once.
    pub async fn join(app: &App) -> Result<Self> {
        let heard = store::changes::last(app.db.verifier()).await?;
        store::nodes::bury(app.db.writer(), app.node).await?;
        store::nodes::join(app.db.writer(), app.node, heard).await?;
        let mut listener = Self {
            node: app.node,
            records: Arc::clone(&app.records),
            db: app.db.clone(),
            heard,
            told: heard,
            last: Moment::now(),
        };
        listener.listen().await?;
        Ok(listener)
    }

    /// Listens until the process ends.
    pub async fn run(mut self) {
        loop {
            if let Err(error) = self.listen_on().await {
                // Memory is not believed meanwhile: each verification asks the database.
                error.log("changes of other processes are not heard; trying again");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }

    async fn listen_on(&mut self) -> Result<()> {
        let mut bell = Bell::of(&self.db).await?;
        loop {
            self.listen().await?;
            bell.wait().await?;
        }
    }

    /// Forgets what others have changed, and renews the lease.
    pub async fn listen(&mut self) -> Result<()> {
        let began = Moment::now();
        if self.last.elapsed() > TOO_LONG {
            self.records.forget_all();
        }
        // First, so that whoever commits after we have read finds us listening, and waits.
        if self.db.is_shared() && !store::nodes::announce(self.db.writer(), self.node).await? {
            self.join_again().await?;
        }
        let changes = store::changes::since(self.db.verifier(), self.heard).await?;
        for (_, subject) in &changes {
            self.records.forget(subject);
        }
        if let Some((number, _)) = changes.last() {
            self.heard = *number;
        }
        // Before others are told: where nothing can be written, what is known is known all the same.
        self.records.lease.renew(began);
        self.last = began;
        if self.told < self.heard {
            store::nodes::heard(self.db.writer(), self.node, self.heard).await?;
            self.told = self.heard;
        }
        Ok(())
    }

    /// After having been taken for dead: nobody has waited for this process since, so what it remembers may be anything.
    async fn join_again(&self) -> Result<()> {
        self.records.lease.end();
        self.records.forget_all();
        Ok(store::nodes::join(self.db.writer(), self.node, self.heard).await?)
    }
}

/// Leaves: nobody needs to wait for this process any more.
pub async fn leave(app: &App, db: &Db) -> Result<()> {
    app.records.lease.end();
    Ok(store::nodes::leave(db.writer(), app.node).await?)
}

/// Removes changes that everybody has heard of or will never hear.
pub async fn sweep(app: &App, now: Timestamp) -> Result<()> {
    let before = now.plus(-KEPT);
    if !store::changes::is_any_before(app.db.reader(), before).await? {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    store::changes::delete_before(&tx, before).await?;
    Ok(store::db::commit(tx).await?)
}
