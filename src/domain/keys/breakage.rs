//! "Who would break?": which of the last requests with a key a change of it would have refused. What answers is the judge that refuses
//! them once it is made.

use std::collections::BTreeMap;

use super::change::access_of;
use super::find_with_usage;
use crate::domain::App;
use crate::domain::access::ReadKeys;
use crate::domain::verify::judge;
use crate::error::Result;
use crate::model::ids::KeyId;
use crate::model::key::Key;
use crate::model::timestamp::Timestamp;
use crate::model::usage::{ACCEPTED, Unit};
use crate::store;
use crate::store::usage::callers::Caller;
use crate::store::verification::Rights;

/// Hours of a day and of a week; the present one is among them, and is not over.
const DAY: i64 = 24;
const WEEK: i64 = 7 * DAY;

/// Requests of the last day and of the last week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    pub day: i64,
    pub week: i64,
}

/// What is meant to change.
#[derive(Clone, Copy, Debug)]
pub enum Planned<'a> {
    /// Nothing is let through any more.
    End,
    /// What the key may do, and from where.
    Rights(&'a Rights),
}

/// Requests that have something in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// Empty, where nobody said it.
    pub what: String,
    pub requests: Lately,
    /// Nothing, where only their number is known.
    pub last: Option<Timestamp>,
}

/// Who would break.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Breakage {
    /// Requests that were accepted and would not have been.
    pub refused: Lately,
    /// All that were accepted.
    pub accepted: Lately,
    /// Of them, those of which it is not known who made them: too many did, or nobody took it down yet.
    pub unknown: Lately,
    /// Those that would have been refused, with the most first: by the scope they need (nothing, where the address stands in the way),
    /// by route, by address, and by program.
    pub reasons: Vec<Alike>,
    pub routes: Vec<Alike>,
    pub addresses: Vec<Alike>,
    pub agents: Vec<Alike>,
}

/// What an edit that was not made yet would refuse.
#[derive(Clone, Debug)]
pub struct OfEdit {
    /// Where it takes away what the key may do, or from where.
    pub rights: Option<Breakage>,
    /// Where it ends the key earlier than now.
    pub end: Option<(Timestamp, Breakage)>,
}

/// Who would break, with what is still in memory written down first.
pub async fn breakage(app: &App, proof: ReadKeys<'_>, id: KeyId, planned: Planned<'_>) -> Result<(Key, Breakage)> {
    let key = find_with_usage(app, proof, id).await?;
    let breakage = of_key(app, &key, planned).await?;
    Ok((key, breakage))
}

/// Who would break without a key of which everything was just written down.
pub(super) async fn breakage_of(app: &App, key: &Key) -> Result<Breakage> {
    of_key(app, key, Planned::End).await
}

/// Who would break if a key became what it is `after` an edit. Nothing, where it only gains.
pub async fn breakage_of_edit(app: &App, proof: ReadKeys<'_>, before: &Key, after: &Key) -> Result<Option<OfEdit>> {
    let keeps = |scope| after.scopes.contains(scope);
    let loses = !before.scopes.iter().all(keeps) || !before.allowed_addresses.is_within(&after.allowed_addresses);
    let end = after
        .expires_at
        .filter(|end| before.expires_at.is_none_or(|was| *end < was));
    if !loses && end.is_none() {
        return Ok(None);
    }
    find_with_usage(app, proof, before.id).await?;
    let rights = Rights {
        scopes: after.scopes.clone(),
        addresses: after.allowed_addresses.clone(),
    };
    let mut answer = OfEdit {
        rights: None,
        end: None,
    };
    if loses {
        let breakage = of_key(app, before, Planned::Rights(&rights)).await?;
        answer.rights = Some(breakage).filter(|breakage| breakage.refused.week > 0 || breakage.unknown.week > 0);
    }
    if let Some(end) = end {
        let breakage = of_key(app, before, Planned::End).await?;
        answer.end = Some((end, breakage)).filter(|(_, breakage)| breakage.accepted.week > 0);
    }
    Ok(Some(answer).filter(|answer| answer.rights.is_some() || answer.end.is_some()))
}

async fn of_key(app: &App, key: &Key, planned: Planned<'_>) -> Result<Breakage> {
    let hour = app.now().hour();
    let (day, week) = (hour + 1 - DAY, hour + 1 - WEEK);
    let subject = store::usage::Subject::Key(key.id);
    // Before who made them: what is written down meanwhile must not seem to be nobody's.
    let sums = store::usage::by(app.db.reader(), Unit::Hour, subject, week).await?;
    let callers = store::usage::callers::of_key(app.db.reader(), key.id, day, week).await?;

    let mut breakage = Breakage::default();
    let mut by_route: BTreeMap<String, Alike> = BTreeMap::new();
    for sum in sums.into_iter().filter(|sum| sum.outcome == ACCEPTED) {
        let requests = Lately {
            day: if sum.at >= day { sum.count } else { 0 },
            week: sum.count,
        };
        breakage.accepted.add(requests);
        add(&mut by_route, &sum.of, requests, None);
    }
    breakage.unknown = breakage.accepted;
    callers.iter().for_each(|caller| breakage.unknown.subtract(of(caller)));
    let access = access_of(app, key);
    let refusal = |caller: &Caller| match planned {
        Planned::End => Some(String::new()),
        Planned::Rights(rights) => {
            let refusal = judge::would_refuse(access, rights, caller)?;
            Some(refusal.needed().unwrap_or_default())
        }
    };
    let [mut reasons, mut routes, mut addresses, mut agents] = [const { BTreeMap::new() }; 4];
    for caller in &callers {
        let Some(reason) = refusal(caller) else { continue };
        let requests = of(caller);
        breakage.refused.add(requests);
        let address = caller.address.map_or_else(String::new, |address| address.to_string());
        for (alike, what) in [
            (&mut reasons, &reason),
            (&mut routes, &caller.route),
            (&mut addresses, &address),
            (&mut agents, &caller.user_agent),
        ] {
            add(alike, what, requests, Some(caller.last));
        }
    }
    if matches!(planned, Planned::End) {
        // Whoever made them: all of them.
        breakage.refused = breakage.accepted;
        for (route, alike) in &mut routes {
            if let Some(all) = by_route.remove(route) {
                alike.requests = all.requests;
            }
        }
        routes.extend(by_route);
    }
    breakage.reasons = most_first(reasons);
    breakage.routes = most_first(routes);
    breakage.addresses = most_first(addresses);
    breakage.agents = most_first(agents);
    Ok(breakage)
}

fn of(caller: &Caller) -> Lately {
    Lately {
        day: caller.lately,
        week: caller.in_all,
    }
}

fn add(all: &mut BTreeMap<String, Alike>, what: &str, requests: Lately, last: Option<Timestamp>) {
    let alike = all.entry(what.to_owned()).or_insert_with(|| Alike {
        what: what.to_owned(),
        requests: Lately::default(),
        last,
    });
    alike.requests.add(requests);
    alike.last = alike.last.max(last);
}

fn most_first(all: BTreeMap<String, Alike>) -> Vec<Alike> {
    let mut all: Vec<_> = all.into_values().collect();
    all.sort_by_key(|alike| std::cmp::Reverse((alike.requests.week, alike.requests.day)));
    all
}

impl Lately {
    fn add(&mut self, more: Self) {
        self.day += more.day;
        self.week += more.week;
    }

    fn subtract(&mut self, less: Self) {
        self.day = (self.day - less.day).max(0);
        self.week = (self.week - less.week).max(0);
    }
}
