//! When counts are written down: now and then, and when somebody wants to look at them.

use crate::domain::App;
use crate::error::{AppError, Result};
use crate::model::ids::KeyId;
use crate::store;
use crate::store::keys::Digested;

/// For how many keys a second of waiting is worth while: they are then written once and not each second, and writing takes
/// a few thousandths of one processor's time.
const FEW: usize = 250;

/// What is lost when the process is killed was counted in this time, in seconds.
const LONGEST_WAIT: u64 = 60;

/// Whether it is time to write, so many seconds after the last time.
pub fn is_due(app: &App, seconds: u64) -> bool {
    if app.usage.keyless.is_filling() {
        return seconds >= 1;
    }
    let worth = u64::try_from(app.records.waiting() / FEW).unwrap_or(LONGEST_WAIT);
    seconds >= worth.clamp(1, LONGEST_WAIT)
}

/// Writes down what has been counted of these keys, so that what is read of them is as of now: or, while the database takes no
/// changes, of a little earlier.
pub async fn write_down(app: &App, keys: &[KeyId]) -> Result<()> {
    write_down_of(app, store::keys::digests(app.db.reader(), keys).await?).await
}

/// The same for keys whose digests are known.
pub(in crate::domain) async fn write_down_of(app: &App, digested: Vec<Digested>) -> Result<()> {
    match app.usage.flush_keys(&app.db, digested).await {
        // Nothing is lost: it is tried again, and what is shown is a little old.
        Err(AppError::Storage(_)) => Ok(()),
        written => written,
    }
}
