//! Sweeping what nobody can use any more: sessions, links, sign-ups and invitations whose time is over.

use crate::domain::App;
use crate::error::Result;
use crate::model::timestamp::DAY;
use crate::store;
use crate::store::db::commit;

/// For how long invitations that are over stay in the list of members, to be sent again.
const LISTED: i64 = 30 * DAY;

/// Sweeps; a transaction is only begun when anything is due.
pub async fn sweep(app: &App) -> Result<()> {
    let (db, now) = (app.db.reader(), app.now());
    let is_any_due = store::sessions::is_any_expired(db, now).await?
        || store::mailed_links::is_any_expired(db, now).await?
        || store::sign_ups::is_any_expired(db, now).await?
        || store::invitations::is_any_expired(db, now.plus(-LISTED)).await?;
    if !is_any_due {
        return Ok(());
    }
    let tx = app.db.begin().await?;
    store::sessions::delete_expired(&tx, now).await?;
    store::mailed_links::delete_expired(&tx, now).await?;
    store::sign_ups::delete_expired(&tx, now).await?;
    store::invitations::delete_expired(&tx, now.plus(-LISTED)).await?;
    Ok(commit(tx).await?)
}
