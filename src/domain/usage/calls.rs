//! Accepted requests by caller, on their way to the database.

use std::sync::Arc;

use super::client::Client;
use super::counts::Batch;
use super::notes::{LONGEST_AGENT, address_text, shortened};
use super::ways::Way;
use crate::domain::seal;
use crate::model::ids::KeyId;
use crate::profile::{Profile, Route, RouteNumber};
use crate::store::usage::callers::{Call, Need};

/// What is said of routes where requests are counted by them: their names and the scopes they need, by their numbers.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) names: Vec<Arc<str>>,
    scopes: Vec<Option<String>>,
    /// Every scope that there is: what else somebody asked for is no business of a key.
    known: Vec<String>,
}

impl Said {
    pub(super) fn by(profile: &Profile) -> Self {
        Self {
            names: RouteNumber::names(profile.routes.iter().map(Route::name)),
            // Of routes that share a number each request says it: see `client`.
            scopes: profile.routes.iter().map(|route| route.scope.clone()).collect(),
            known: profile.scopes.iter().map(|scope| scope.id.clone()).collect(),
        }
    }

    /// What every request through this route needs.
    fn scope_of(&self, route: RouteNumber) -> Option<&String> {
        route.of(&self.scopes).filter(|_| !route.is_shared())?.as_ref()
    }

    /// What was needed, each once.
    fn needs(&self, route: RouteNumber, client: &Client) -> Vec<String> {
        let own = self.scope_of(route).into_iter();
        let beside = client.scopes.iter().map(|scope| &**scope);
        let mut needs: Vec<_> = own
            .map(String::as_str)
            .chain(beside.filter(|scope| self.known.iter().any(|known| known == scope)))
            .map(str::to_owned)
            .collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }
}

/// In the order of keys, each once.
pub(super) fn calls(batch: &Batch, said: &Said) -> Vec<Call> {
    let unnamed: Arc<str> = "".into();
    let mut calls: Vec<Call> = Vec::new();
    let mut ways: Vec<_> = batch.all_ways().collect();
    // Those that are alike stand together, so that little is written out twice.
    ways.sort_unstable_by(|(key, way), (other, other_way)| {
        let order = |key: &KeyId, route: RouteNumber| (*key, route);
        let by_key = order(key, way.route).cmp(&order(other, other_way.route));
        by_key.then_with(|| way.client.cmp(&other_way.client))
    });
    let alike = ways.chunk_by(|(key, way), (other, other_way)| {
        (key, way.route) == (other, other_way.route) && way.client == other_way.client
    });
    for alike in alike {
        let Some((key, first)) = alike.first() else { continue };
        let Some(client) = &first.client else { continue };
        let last = alike.iter().map(|(_, way)| way.last).max().unwrap_or(first.last);
        let mut call = Call {
            key: *key,
            way: 0,
            hour: last.hour(),
            route: Arc::clone(first.route.of(&said.names).unwrap_or(&unnamed)),
            needs: said.needs(first.route, client),
            address: address_text(client.address),
            from_anywhere: client.from_anywhere,
            user_agent: shortened(&client.user_agent, LONGEST_AGENT),
            last,
            count: alike.iter().map(|(_, way)| way.count).sum(),
        };
        call.way = way_of(&call);
        calls.push(call);
    }
    // What is kept of a user agent may be the same where all of it was not.
    calls.sort_unstable_by_key(|call| (call.key, call.way));
    calls.dedup_by(|later, call| {
        let same = (later.key, later.way) == (call.key, call.way);
        if same {
            call.count += later.count;
            call.last = call.last.max(later.last);
        }
        same
    });
    calls
}

/// What was needed by requests of which the client is not known, because there were too many to tell apart: their route still is.
pub(super) fn needs_of_unknown(batch: &Batch, said: &Said) -> Vec<Need> {
    let unknown = batch.ways.iter().filter(|(_, way)| way.client.is_none());
    let need = |(key, way): &(KeyId, Way)| {
        Some(Need {
            key: *key,
            scope: said.scope_of(way.route)?.clone(),
            hour: way.last.hour(),
        })
    };
    unknown.filter_map(need).collect()
}

/// What tells it from others, in eight bytes that are the same everywhere.
fn way_of(call: &Call) -> i64 {
    let needs = call.needs.join(" ");
    // None of the parts before the last has a line end.
    let all = [
        &*call.route,
        &needs,
        &call.address,
        if call.from_anywhere { "anywhere" } else { "" },
        &call.user_agent,
    ];
    let digest = seal::digest(&all.join("\n"));
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests;
