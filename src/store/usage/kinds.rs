//! What rows count, said once: an outcome, and the route or the limit of the profile where one is known. There are as many as the
//! profile has routes and limits and verification has reasons.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, Value};

use super::Count;
use super::places::{Places, execute, query};
use crate::model::usage::ACCEPTED;
use crate::store::Result;

/// A kind.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub(super) id: i64,
    pub(super) outcome: String,
    /// See [`Count::of`]; the column is called after routes.
    pub(super) of: String,
}

pub(super) async fn all(db: &impl ConnectionTrait) -> Result<Vec<Kind>> {
    let rows = query(db, "SELECT id, outcome, route FROM usage_kinds", Vec::new()).await?;
    let kind = |row: &sea_orm::QueryResult| {
        Ok(Kind {
            id: row.try_get_by_index(0)?,
            outcome: row.try_get_by_index(1)?,
            of: row.try_get_by_index(2)?,
        })
    };
    rows.iter().map(kind).collect()
}

/// The ids of what is counted; what was never counted before is made.
pub(super) async fn of<'a>(tx: &impl ConnectionTrait, counts: &'a [Count]) -> Result<HashMap<(&'a str, &'a str), i64>> {
    let mut wanted: Vec<_> = counts.iter().map(|count| (&*count.outcome, &*count.of)).collect();
    // Two nodes make them in one order.
    wanted.sort_unstable();
    wanted.dedup();
    let mut known = all(tx).await?;
    let is_known = |known: &[Kind], (outcome, route): (&str, &str)| {
        known.iter().any(|kind| kind.outcome == outcome && kind.of == route)
    };
    let new: Vec<_> = wanted.iter().copied().filter(|kind| !is_known(&known, *kind)).collect();
    if !new.is_empty() {
        let places = Places::new(tx.get_database_backend()).rows(&["text", "text"], new.len());
        let sql =
            format!("INSERT INTO usage_kinds (outcome, route) VALUES {places} ON CONFLICT (outcome, route) DO NOTHING");
        let values = new
            .iter()
            .flat_map(|(outcome, route)| -> [Value; 2] { [(*outcome).into(), (*route).into()] });
        execute(tx, sql, values).await?;
        known = all(tx).await?;
    }
    let ids = known.iter().filter_map(|kind| {
        let own = wanted
            .iter()
            .find(|(outcome, route)| kind.outcome == *outcome && kind.of == *route);
        own.map(|own| (*own, kind.id))
    });
    Ok(ids.collect())
}

/// `3, 7, 12`: the ids of kinds, to stand in a statement.
pub(super) fn list<'a>(kinds: impl Iterator<Item = &'a Kind>) -> String {
    // There is no kind with this number; a list must not be empty.
    let ids: Vec<_> = ["-1".to_owned()]
        .into_iter()
        .chain(kinds.map(|kind| kind.id.to_string()))
        .collect();
    ids.join(", ")
}

impl Kind {
    pub(super) fn is_accepted(&self) -> bool {
        self.outcome == ACCEPTED
    }
}
