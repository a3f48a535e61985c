//! Revoking: final, and true from the very next request on.

use crate::domain::App;
use crate::domain::access::{ManageKeys, ReadKeys};
use crate::domain::keys::breakage::{Breakage, breakage_of};
use crate::domain::keys::change::change;
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyState};
use crate::model::timestamp::DAY;
use crate::model::usage::{ACCEPTED, Unit};
use crate::store;

/// Revokes a key. Doing it twice changes nothing.
pub async fn revoke(app: &App, proof: ManageKeys<'_>, id: KeyId) -> Result<Key> {
    let now = app.now();
    change(app, proof, id, |key| {
        if key.is_frozen() {
            return Ok(None);
        }
        key.end(KeyState::Revoked);
        key.revoked_at = Some(now);
        Ok(Some((Action::KeyRevoked, String::new())))
    })
    .await
}

/// What speaks against revoking a key now.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Accepted requests since midnight, UTC.
    pub accepted_today: i64,
    /// Refused requests since midnight, UTC.
    pub refused_today: i64,
    /// Whether it was used in the last 24 hours: then its name is asked for.
    pub in_use: bool,
    pub breakage: Breakage,
}

/// Looks how much a key is used, with what is still in memory written down first.
pub async fn evidence(app: &App, proof: ReadKeys<'_>, id: KeyId) -> Result<(Key, Evidence)> {
    let key = super::find_with_usage(app, proof, id).await?;
    let now = app.now();
    let sums = store::usage::sums_since(app.db.reader(), &[id], Unit::Day.of(now)).await?;
    let (accepted, refused): (Vec<_>, Vec<_>) = sums.iter().partition(|sum| sum.outcome == ACCEPTED);
    let evidence = Evidence {
        accepted_today: accepted.iter().map(|sum| sum.count).sum(),
        refused_today: refused.iter().map(|sum| sum.count).sum(),
        breakage: breakage_of(app, &key).await?,
        in_use: key.last_use.as_ref().is_some_and(|last| last.at > now.plus(-DAY)),
    };
    Ok((key, evidence))
}
