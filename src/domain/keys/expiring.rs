//! Telling people, and their programs, that a key ends: 14, 3 and 1 days before.
//!
//! Each key carries the moment of its next notice. Whoever gives the notice moves it on in the same transaction, so a notice is
//! given once, whatever number of nodes look for it and however often they start. After a long stop, of several notices of a key
//! that are due the last one is given.

use uuid::Uuid;

use crate::domain::App;
use crate::domain::keys::grace::OldKey;
use crate::domain::keys::mails::{self, Ending};
use crate::domain::mail::outbox;
use crate::domain::webhooks::announce;
use crate::error::Result;
use crate::model::expiry;
use crate::store;
use crate::store::db::commit;

/// How many keys are told of in one transaction.
const BATCH: u64 = 200;

/// What was noted so far, and the mails about it.
#[derive(Default)]
struct Told {
    ending: Vec<Ending>,
    mails: Vec<Uuid>,
}

/// Gives the notices that are due: events and mails in the transactions that note them. A person gets one mail about all of them:
/// each transaction puts longer mails in place of those of the one before, and they are sent after the last.
pub async fn tell_of_expiry(app: &App) -> Result<()> {
    let mut told = Told::default();
    let all = tell(app, &mut told).await;
    // What was noted before something failed is not given again: its mails are sent now.
    outbox::release(app, &told.mails).await?;
    all
}

async fn tell(app: &App, told: &mut Told) -> Result<()> {
    while store::expiry_notices::is_any_due(app.db.reader(), app.now()).await? {
        tell_of_batch(app, told).await?;
    }
    app.dispatch.wake();
    Ok(())
}

async fn tell_of_batch(app: &App, told: &mut Told) -> Result<()> {
    let now = app.now();
    let tx = app.db.begin().await?;
    let mut ending = told.ending.clone();
    for (key, maker) in store::expiry_notices::due(&tx, now, BATCH).await? {
        let is_rolled = key.replaced_by.is_some();
        let next = expiry::next_notice(key.expires_at, now).filter(|_| !is_rolled);
        store::expiry_notices::set_next(&tx, key.id, next).await?;
        let Some(expires_at) = key.expires_at.filter(|at| *at > now && !key.is_frozen()) else {
            continue;
        };
        if is_rolled {
            // Whoever rolled it knows when it ends, and need not know of one that nobody uses.
            let old = OldKey::since_roll(&tx, &key, now).await?;
            if matches!(old, OldKey::Used(_) | OldKey::Tried(_)) {
                let old = Some(old);
                ending.push(Ending { key, maker, old });
            }
            continue;
        }
        announce::key_expiring(&tx, app, &key, expiry::due_notice(expires_at, now)).await?;
        let old = None;
        ending.push(Ending { key, maker, old });
    }
    store::mails::withdraw(&tx, &told.mails).await?;
    let mut mails = Vec::new();
    for mail in mails::keys_end(&tx, app, &ending).await? {
        mails.push(outbox::put_on_hold(&tx, app, &mail).await?);
    }
    commit(tx).await?;
    *told = Told { ending, mails };
    Ok(())
}
