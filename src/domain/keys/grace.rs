//! What happens between a roll and the end of the old key: how much both are used, and putting that end off.

use crate::domain::App;
use crate::domain::access::{ManageKeys, ReadKeys};
use crate::domain::keys::change::{change, refuse_compromised, refuse_frozen};
use crate::domain::keys::traffic::daily;
use crate::domain::keys::{Grace, find_with_usage};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::KeyId;
use crate::model::key::{Key, KeyStatus, LastUse};
use crate::model::timestamp::{DAY, Timestamp};
use crate::model::usage::{ACCEPTED, Daily, Unit};
use crate::model::{disablement, expiry};
use crate::store::usage::{Subject, Sum};
use crate::store::{self, Tx};

/// How long after a roll the old key may work, whatever is asked for: until then two keys have one place of the plan.
const LONGEST: i64 = 30 * DAY;

/// One of the two keys of a roll, and how much it is used.
#[derive(Clone, Debug)]
pub struct Half {
    pub key: Key,
    pub daily: Daily,
    /// Accepted requests since the hour began.
    pub this_hour: i64,
    /// Refused requests of the last 24 hours.
    pub tried: i64,
}

/// How much a key of a roll is used, with what is still in memory written down first.
pub async fn half(app: &App, proof: ReadKeys<'_>, id: KeyId) -> Result<Half> {
    let key = find_with_usage(app, proof, id).await?;
    let (db, hour) = (app.db.reader(), app.now().hour());
    let sums = store::usage::by(db, Unit::Hour, Subject::Key(key.id), hour - 23).await?;
    let accepted = sums.iter().filter(|sum| sum.outcome == ACCEPTED && sum.at >= hour);
    Ok(Half {
        this_hour: accepted.map(|sum| sum.count).sum(),
        tried: refused(&sums),
        daily: daily(app, std::slice::from_ref(&key))
            .await?
            .remove(&key.id)
            .unwrap_or_default(),
        key,
    })
}

fn refused(sums: &[Sum]) -> i64 {
    let refused = sums.iter().filter(|sum| sum.outcome != ACCEPTED);
    refused.map(|sum| sum.count).sum()
}

/// Whether the old key of a roll can go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OldKey {
    /// It is refused for good, and since when, where that is known.
    Gone(Option<Timestamp>),
    /// Nobody has used or tried it for a day; when it was used last.
    Idle(Option<Timestamp>),
    Used(LastUse),
    /// Nobody was let in with it for a day, but so many requests were refused: somebody has it and sends it.
    Tried(i64),
}

impl OldKey {
    /// Of a key of which so many requests were refused in the last 24 hours.
    pub fn of(key: &Key, tried: i64, now: Timestamp) -> Self {
        match (key.status(now), &key.last_use) {
            (KeyStatus::Revoked | KeyStatus::Compromised, _) => Self::Gone(key.revoked_at),
            (KeyStatus::Expired(at), _) => Self::Gone(Some(at)),
            (_, Some(last)) if last.at.plus(DAY) > now => Self::Used(last.clone()),
            _ if tried > 0 => Self::Tried(tried),
            (_, last) => Self::Idle(last.as_ref().map(|last| last.at)),
        }
    }

    /// Of a key as it is now, as far as that is written down; what was before the roll says nothing of who still has it.
    pub(super) async fn since_roll(tx: &Tx, key: &Key, now: Timestamp) -> Result<Self> {
        let rolled = key.replaced_at.unwrap_or(now);
        let from = (now.hour() - 23).max(rolled.hour());
        let sums = store::usage::by(tx, Unit::Hour, Subject::Key(key.id), from).await?;
        Ok(match Self::of(key, refused(&sums), now) {
            Self::Used(last) if last.at <= rolled => Self::Idle(Some(last.at)),
            other => other,
        })
    }
}

/// When a rolled key would end that was given so long from now; nothing, where it would not work longer than it does.
pub fn later_end(key: &Key, grace: Grace, now: Timestamp) -> Option<Timestamp> {
    let end = capped_end(key, grace, now)?;
    (end > now && key.expires_at.is_none_or(|at| at < end)).then_some(end)
}

fn capped_end(key: &Key, grace: Grace, now: Timestamp) -> Option<Timestamp> {
    let end = now.plus(grace.millis()).min(key.replaced_at?.plus(LONGEST));
    // A grace never makes the old key live longer than it would have.
    Some(key.own_expires_at.map_or(end, |own| own.min(end)))
}

/// Lets a rolled key work so long from now on. Doing it twice changes nothing.
pub async fn extend(app: &App, proof: ManageKeys<'_>, id: KeyId, grace: Grace) -> Result<Key> {
    let now = app.now();
    change(app, proof, id, |key| {
        refuse_frozen(key)?;
        refuse_compromised(key)?;
        let capped = capped_end(key, grace, now);
        if capped.is_some_and(|end| end > now && disablement::is_the_same(key.expires_at, Some(end))) {
            return Ok(None);
        }
        let Some(end) = later_end(key, grace, now) else {
            let why = "The old key works longer than that already, or cannot work longer: at most 30 days after the roll, and \
                       never beyond the end that it had of its own.";
            return Err(AppError::invalid("grace", why));
        };
        key.expires_at = Some(end);
        key.next_expiry_notice_at = expiry::notice_of_rolled(end, now);
        let details = format!("the old key works until {}", end.rfc3339());
        Ok(Some((Action::KeyChanged, details)))
    })
    .await
}
