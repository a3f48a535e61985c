//! Accepted requests of a key by caller: route, scopes needed, address and user agent. Kept for eight days, as many of a key and day as
//! [`MOST`]; and of each scope the last day on which it was needed, or granted to the key by an edit,
//! as long as the key is there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;

use sea_orm::{ConnectionTrait, Value};
use uuid::Uuid;

use super::places::{Places, execute, query, query_placed};
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;
use crate::store::Result;

/// As many callers of one key are told apart on one day: what the database keeps grows with keys in use, not with who has them.
pub const MOST: usize = 500;

/// Rows in a statement.
const ROWS: usize = 500;

/// Accepted requests of one key and hour that are alike.
#[derive(Clone, Debug)]
pub struct Call {
    pub key: KeyId,
    /// What tells it from others.
    pub way: i64,
    /// Hours since 1970. All calls that are added together have the same.
    pub hour: i64,
    /// Which route of the profile; empty, where that is not said.
    pub route: Arc<str>,
    /// Scopes, in order.
    pub needs: Vec<String>,
    /// Empty, where nobody said it.
    pub address: String,
    /// The key's list of addresses was not about it.
    pub from_anywhere: bool,
    pub user_agent: String,
    pub last: Timestamp,
    pub count: i64,
}

/// Who used a key for what, lately.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub route: String,
    pub needs: Vec<String>,
    pub address: Option<IpAddr>,
    pub from_anywhere: bool,
    pub user_agent: String,
    pub last: Timestamp,
    /// Requests since the later and since the earlier of two hours.
    pub lately: i64,
    pub in_all: i64,
}

/// Adds to the counts, where the key is still there. The rows of keys must be locked, so that nobody waits in a circle.
pub async fn add(tx: &impl ConnectionTrait, calls: &[Call]) -> Result<()> {
    for calls in calls.chunks(ROWS) {
        if add_to_known(tx, calls).await? == calls.len() as u64 {
            continue;
        }
        let known = known(tx, calls).await?;
        let new: Vec<_> = calls
            .iter()
            .filter(|call| !known.contains(&(call.key, call.way)))
            .collect();
        note_scopes(tx, &new).await?;
        insert(tx, &with_room(tx, new).await?).await?;
    }
    Ok(())
}

fn day_and_hour(hour: i64) -> (i64, i64) {
    (hour.div_euclid(24), hour.rem_euclid(24))
}

async fn add_to_known(tx: &impl ConnectionTrait, calls: &[Call]) -> Result<u64> {
    let Some(first) = calls.first() else { return Ok(0) };
    let (day, hour) = day_and_hour(first.hour);
    let places = Places::new(tx.get_database_backend()).rows(&["uuid", "bigint", "bigint", "bigint"], calls.len());
    let sql = format!(
        "WITH calls (key_id, way, last_at, count) AS (VALUES {places}) \
         UPDATE usage_callers SET h{hour} = COALESCE(h{hour}, 0) + calls.count, \
         last_at = CASE WHEN usage_callers.last_at < calls.last_at THEN calls.last_at ELSE usage_callers.last_at END \
         FROM calls WHERE usage_callers.key_id = calls.key_id AND usage_callers.day = {day} AND usage_callers.way = calls.way"
    );
    let values = calls.iter().flat_map(|call| -> [Value; 4] {
        [
            call.key.0.into(),
            call.way.into(),
            call.last.millis().into(),
            call.count.into(),
        ]
    });
    execute(tx, sql, values).await
}

async fn known(tx: &impl ConnectionTrait, calls: &[Call]) -> Result<HashSet<(KeyId, i64)>> {
    let day = calls.first().map_or(0, |call| day_and_hour(call.hour).0);
    let places = Places::new(tx.get_database_backend()).rows(&["uuid", "bigint"], calls.len());
    let sql = format!(
        "WITH calls (key_id, way) AS (VALUES {places}) SELECT usage_callers.key_id, usage_callers.way \
         FROM calls JOIN usage_callers ON usage_callers.key_id = calls.key_id AND usage_callers.day = {day} \
         AND usage_callers.way = calls.way"
    );
    let values = calls
        .iter()
        .flat_map(|call| -> [Value; 2] { [call.key.0.into(), call.way.into()] });
    let rows = query_placed(tx, sql, values).await?;
    let known = rows
        .iter()
        .map(|row| Ok((KeyId(row.try_get_by_index(0)?), row.try_get_by_index(1)?)));
    known.collect()
}

/// Those that there is still room for on their day.
async fn with_room<'a>(tx: &impl ConnectionTrait, new: Vec<&'a Call>) -> Result<Vec<&'a Call>> {
    let Some(first) = new.first() else {
        return Ok(Vec::new());
    };
    let day = day_and_hour(first.hour).0;
    let mut keys: Vec<Uuid> = new.iter().map(|call| call.key.0).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut places = Places::new(tx.get_database_backend());
    let places: Vec<_> = keys.iter().map(|_| places.next("uuid")).collect();
    let sql = format!(
        "SELECT key_id, CAST(COUNT(*) AS bigint) FROM usage_callers WHERE day = {day} AND key_id IN ({}) GROUP BY key_id",
        places.join(", ")
    );
    let mut taken: HashMap<Uuid, i64> = HashMap::new();
    for row in query_placed(tx, sql, keys.into_iter().map(Value::from)).await? {
        taken.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    }
    let mut kept = Vec::new();
    for call in new {
        let taken = taken.entry(call.key.0).or_default();
        if *taken < MOST as i64 {
            *taken += 1;
            kept.push(call);
        }
    }
    Ok(kept)
}

async fn insert(tx: &impl ConnectionTrait, calls: &[&Call]) -> Result<()> {
    let Some(first) = calls.first() else { return Ok(()) };
    let (day, hour) = day_and_hour(first.hour);
    let kinds = [
        "uuid", "bigint", "text", "text", "text", "boolean", "text", "bigint", "bigint",
    ];
    let places = Places::new(tx.get_database_backend()).rows(&kinds, calls.len());
    let columns = "key_id, way, route, needs, address, from_anywhere, user_agent, last_at";
    let sql = format!(
        "WITH calls ({columns}, count) AS (VALUES {places}) \
         INSERT INTO usage_callers (day, {columns}, h{hour}) SELECT {day}, {columns}, count FROM calls \
         WHERE EXISTS (SELECT 1 FROM keys WHERE keys.id = calls.key_id)"
    );
    let values = calls.iter().flat_map(|call| -> [Value; 9] {
        [
            call.key.0.into(),
            call.way.into(),
            (*call.route).into(),
            call.needs.join(" ").into(),
            call.address.as_str().into(),
            call.from_anywhere.into(),
            call.user_agent.as_str().into(),
            call.last.millis().into(),
            call.count.into(),
        ]
    });
    execute(tx, sql, values).await?;
    Ok(())
}

/// Once a day for each caller that needs them.
async fn note_scopes(tx: &impl ConnectionTrait, calls: &[&Call]) -> Result<()> {
    let scopes = calls.iter().flat_map(|call| {
        call.needs
            .iter()
            .map(|scope| (call.key, &**scope, day_and_hour(call.hour).0))
    });
    note_days(tx, scopes.collect()).await
}

/// A scope that a request of a key needed, while it is not known who sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub key: KeyId,
    pub scope: String,
    /// Hours since 1970.
    pub hour: i64,
}

/// Notes that these were needed. The rows of keys must be locked.
pub async fn need(tx: &impl ConnectionTrait, needs: &[Need]) -> Result<()> {
    let scopes = needs
        .iter()
        .map(|need| (need.key, &*need.scope, day_and_hour(need.hour).0));
    note_days(tx, scopes.collect()).await
}

/// Notes that a key has these scopes since today: that nothing needed them before says nothing. The row of the key must be locked.
pub async fn granted(
    tx: &impl ConnectionTrait,
    key: KeyId,
    scopes: impl Iterator<Item = &String>,
    now: Timestamp,
) -> Result<()> {
    let today = day_and_hour(now.hour()).0;
    note_days(tx, scopes.map(|scope| (key, &**scope, today)).collect()).await
}

async fn note_days(tx: &impl ConnectionTrait, mut scopes: Vec<(KeyId, &str, i64)>) -> Result<()> {
    // The latest day of each, once: a statement cannot change a row twice.
    scopes.sort_unstable_by(|one, other| (one.0, one.1, other.2).cmp(&(other.0, other.1, one.2)));
    scopes.dedup_by_key(|(key, scope, _)| (*key, *scope));
    for scopes in scopes.chunks(ROWS) {
        let places = Places::new(tx.get_database_backend()).rows(&["uuid", "text", "bigint"], scopes.len());
        let sql = format!(
            "WITH uses (key_id, scope, day) AS (VALUES {places}) \
             INSERT INTO scope_uses (key_id, scope, day) SELECT key_id, scope, day FROM uses \
             WHERE EXISTS (SELECT 1 FROM keys WHERE keys.id = uses.key_id) \
             ON CONFLICT (key_id, scope) DO UPDATE SET day = excluded.day WHERE scope_uses.day < excluded.day"
        );
        let values = scopes
            .iter()
            .flat_map(|(key, scope, day)| -> [Value; 3] { [key.0.into(), (*scope).into(), (*day).into()] });
        execute(tx, sql, values).await?;
    }
    Ok(())
}

/// Who used a key since the earlier of two hours, and how often since the later one.
pub async fn of_key(db: &impl ConnectionTrait, key: KeyId, lately: i64, earlier: i64) -> Result<Vec<Caller>> {
    let hours = (0..24).map(|hour| format!("h{hour}")).collect::<Vec<_>>().join(", ");
    let sql = format!(
        "SELECT way, day, route, needs, address, from_anywhere, user_agent, last_at, {hours} FROM usage_callers \
         WHERE key_id = $1 AND day >= $2 ORDER BY day, way"
    );
    let values = vec![key.0.into(), day_and_hour(earlier).0.into()];
    let mut callers: BTreeMap<i64, Caller> = BTreeMap::new();
    for row in query(db, &sql, values).await? {
        let day: i64 = row.try_get_by_index(1)?;
        let (mut late, mut all) = (0, 0);
        for hour in 0..24 {
            let count: Option<i64> = row.try_get_by_index(8 + usize::try_from(hour).unwrap_or_default())?;
            let (at, count) = (day * 24 + hour, count.unwrap_or_default());
            late += if at >= lately { count } else { 0 };
            all += if at >= earlier { count } else { 0 };
        }
        if all == 0 {
            continue;
        }
        let (needs, address): (String, String) = (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
        let caller = Caller {
            route: row.try_get_by_index(2)?,
            needs: needs.split_whitespace().map(str::to_owned).collect(),
            address: address.parse().ok(),
            from_anywhere: row.try_get_by_index(5)?,
            user_agent: row.try_get_by_index(6)?,
            last: Timestamp::from_millis(row.try_get_by_index(7)?),
            lately: late,
            in_all: all,
        };
        callers
            .entry(row.try_get_by_index(0)?)
            .and_modify(|known| {
                known.lately += late;
                known.in_all += all;
                known.last = known.last.max(caller.last);
            })
            .or_insert(caller);
    }
    Ok(callers.into_values().collect())
}
