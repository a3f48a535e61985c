//! Telling people, and their programs, that a key ends: 14, 3 and 1 days before.
//!
//! Each key carries the moment of its next notice. Whoever gives the notice moves it on in the same transaction, so a notice is
//! given once, whatever number of nodes look for it and however often they start. After a long stop, of several notices of a key
//! that are due the last one is given.

use crate::domain::App;
use crate::domain::keys::letters;
use crate::domain::webhooks::announce;
use crate::error::Result;
use crate::model::expiry;
use crate::model::ids::AccountId;
use crate::model::key::Key;
use crate::store;
use crate::store::db::commit;

/// A key that ends, and who made it.
pub(super) struct Ending {
    pub(super) key: Key,
    pub(super) maker: Option<AccountId>,
}

/// How many keys are told of in one transaction.
const BATCH: u64 = 200;

/// Gives the notices that are due: events in the transactions that note them, letters after all of them, one a person.
pub async fn tell_of_expiry(app: &App) -> Result<()> {
    let mut ending = Vec::new();
    let told = tell_programs(app, &mut ending).await;
    // What was noted before something failed is not given again: its letters are written now.
    for letter in letters::keys_end(app, ending).await? {
        app.mailer.send(letter);
    }
    told
}

async fn tell_programs(app: &App, ending: &mut Vec<Ending>) -> Result<()> {
    while store::expiry_notices::is_any_due(app.db.reader(), app.now()).await? {
        let batch = tell_of_batch(app).await?;
        ending.extend(batch);
    }
    app.dispatch.wake();
    Ok(())
}

async fn tell_of_batch(app: &App) -> Result<Vec<Ending>> {
    let now = app.now();
    let tx = app.db.begin().await?;
    let mut ending = Vec::new();
    for (key, maker) in store::expiry_notices::due(&tx, now, BATCH).await? {
        let next = expiry::next_notice(key.expires_at, now);
        store::expiry_notices::set_next(&tx, key.id, next).await?;
        let Some(expires_at) = key.expires_at.filter(|at| *at > now && !key.is_frozen()) else {
            continue;
        };
        announce::key_expiring(&tx, app, &key, expiry::due_notice(expires_at, now)).await?;
        ending.push(Ending { key, maker });
    }
    commit(tx).await?;
    Ok(ending)
}
