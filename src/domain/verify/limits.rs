//! The profile's limits as each plan has them, and counting a request against all that concern it: either it counts against
//! each of them, or, when one has no room, against none.

use std::collections::HashMap;

use crate::model::ids::KeyId;
use crate::model::rate::{Rate, Recent};
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Exceeded;
use crate::profile::{LimitOf, Profile, RateLimit};

/// What requests count against, by plan.
#[derive(Debug)]
pub(super) struct Limits {
    /// How many the profile names; where they stand there is their number.
    pub(super) count: usize,
    /// In the order of the profile.
    plans: Vec<(String, Vec<Limit>)>,
    /// For a workspace whose plan the profile no longer has.
    without_plan: Vec<Limit>,
}

/// One limit, as one plan has it.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    number: usize,
    id: String,
    rate: Rate,
    of: LimitOf,
    everywhere: bool,
    /// Whether a key's record itself remembers what was let through: the first limit that every request of a key counts
    /// against. It is the one nearly every request meets.
    in_record: bool,
}

/// Where what was let through lately is remembered.
pub(super) struct Memories<'a> {
    pub(super) key: KeyId,
    /// For the limit that is remembered in the record.
    pub(super) record: &'a mut Recent,
    /// For the other limits of keys, and for keys that have no record at the moment.
    pub(super) keys: &'a mut HashMap<(KeyId, usize), Recent>,
    pub(super) workspace: &'a parking_lot::Mutex<Vec<Recent>>,
}

impl Limits {
    pub(super) fn of(profile: &Profile) -> Self {
        let plans = profile.plans.iter().map(|plan| {
            let limits = profile.limits.iter();
            let limits = limits.filter_map(|limit| profile.limit_on(plan, &limit.id));
            (plan.id.clone(), number(limits))
        });
        Self {
            count: profile.limits.len(),
            plans: plans.collect(),
            without_plan: number(profile.limits.iter()),
        }
    }

    /// Where a plan stands.
    pub(super) fn position(&self, plan: &str) -> Option<u16> {
        let position = self.plans.iter().position(|(id, _)| id == plan);
        position.and_then(|position| u16::try_from(position).ok())
    }

    /// The limits of the plan at a position.
    pub(super) fn on(&self, plan: Option<u16>) -> &[Limit] {
        let plan = plan.and_then(|position| self.plans.get(usize::from(position)));
        plan.map_or(&self.without_plan, |(_, limits)| limits)
    }

    /// The number of the limit that is remembered in records.
    pub(super) fn in_record(&self) -> Option<usize> {
        self.without_plan
            .iter()
            .find(|limit| limit.in_record)
            .map(|limit| limit.number)
    }

    /// How long what counts against a limit has to be remembered: the period is the same on every plan.
    pub(super) fn rate(&self, number: usize) -> Option<Rate> {
        self.without_plan.get(number).map(|limit| limit.rate)
    }
}

fn number<'a>(limits: impl Iterator<Item = &'a RateLimit>) -> Vec<Limit> {
    let mut has_one_in_record = false;
    let limits = limits.enumerate().map(|(number, limit)| {
        let in_record = !has_one_in_record && limit.everywhere && limit.of == LimitOf::Key;
        has_one_in_record |= in_record;
        Limit {
            number,
            id: limit.id.clone(),
            rate: Rate {
                count: limit.count,
                period: i64::try_from(limit.per.duration().as_millis()).unwrap_or(i64::MAX),
            },
            of: limit.of,
            everywhere: limit.everywhere,
            in_record,
        }
    });
    limits.collect()
}

/// Counts a request against every limit that concerns it: those of all requests, and those that are `named`. When it has to wait, then for
/// the one that takes longest, so that whoever waited as long is let through.
pub(super) fn take(
    limits: &[Limit],
    is_named: impl Fn(&str) -> bool,
    memories: &mut Memories<'_>,
    now: Timestamp,
) -> Result<(), Exceeded> {
    let concerns = |limit: &&Limit| limit.everywhere || is_named(limit.id.as_str());
    let of_workspace = |limit: &&Limit| limit.of == LimitOf::Workspace;
    // Nearly always there is one limit, and the record remembers it.
    let mut longest: Option<Exceeded> = None;
    let mut meet = |recent: &mut Recent, limit: &Limit| {
        if let Err(wait) = recent.room(limit.rate, now)
            && longest.as_ref().is_none_or(|known| known.wait_millis < wait)
        {
            longest = Some(Exceeded {
                limit: limit.id.clone(),
                count: limit.rate.count,
                period_millis: limit.rate.period,
                wait_millis: wait,
            });
        }
    };
    // Held until all is counted: a key's shard is locked before its workspace, never the other way round.
    let mut workspace = limits
        .iter()
        .any(|limit| concerns(&limit) && of_workspace(&limit))
        .then(|| memories.workspace.lock());
    for limit in limits.iter().filter(concerns) {
        memory(
            limit,
            memories.key,
            memories.record,
            memories.keys,
            workspace.as_deref_mut(),
            |recent| {
                meet(recent, limit);
            },
        );
    }
    if let Some(exceeded) = longest {
        return Err(exceeded);
    }
    for limit in limits.iter().filter(concerns) {
        memory(
            limit,
            memories.key,
            memories.record,
            memories.keys,
            workspace.as_deref_mut(),
            |recent| {
                recent.count(limit.rate, now);
            },
        );
    }
    Ok(())
}

/// How much of a limit is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    pub id: String,
    pub of: LimitOf,
    pub used: u32,
    pub count: u32,
    pub period_millis: i64,
    /// Until there is room again; 0 while there is.
    pub wait_millis: i64,
    /// Whether the request that is asked about counts against it.
    pub concerns: bool,
}

/// How much of each limit is used, with nothing counted or forgotten.
pub(super) fn look(
    limits: &[Limit],
    is_named: impl Fn(&str) -> bool,
    record: &Recent,
    of_key: impl Fn(usize) -> Recent,
    workspace: &[Recent],
    now: Timestamp,
) -> Vec<Used> {
    let used = |limit: &Limit| {
        let mut recent = match limit.of {
            LimitOf::Key if limit.in_record => record.clone(),
            LimitOf::Key => of_key(limit.number),
            LimitOf::Workspace => workspace.get(limit.number).cloned().unwrap_or_default(),
        };
        let room = recent.room(limit.rate, now);
        Used {
            id: limit.id.clone(),
            of: limit.of,
            used: limit.rate.count - room.unwrap_or_default(),
            count: limit.rate.count,
            period_millis: limit.rate.period,
            wait_millis: room.err().unwrap_or_default(),
            concerns: limit.everywhere || is_named(&limit.id),
        }
    };
    limits.iter().map(used).collect()
}

fn memory(
    limit: &Limit,
    key: KeyId,
    record: &mut Recent,
    keys: &mut HashMap<(KeyId, usize), Recent>,
    workspace: Option<&mut Vec<Recent>>,
    visit: impl FnOnce(&mut Recent),
) {
    match (limit.of, workspace) {
        (LimitOf::Key, _) if limit.in_record => visit(record),
        (LimitOf::Workspace, Some(workspace)) => {
            if let Some(recent) = workspace.get_mut(limit.number) {
                visit(recent);
            }
        }
        _ => visit(keys.entry((key, limit.number)).or_default()),
    }
}
