//! Limits and plans, from the profile; and the headers of a refusal, by the functions that write them.

use crate::model::verdict::Exceeded;
use crate::profile::{LimitOf, Plan, Profile, RateLimit};
use crate::web::keys::words;

/// A limit with a name.
pub(super) struct LimitRow {
    pub(super) id: String,
    /// `100 requests a minute`
    pub(super) allowance: String,
    pub(super) of: &'static str,
    /// The requests that count; empty where every one does.
    pub(super) matches: Vec<String>,
    /// `Pro: 6,000`, for the plans that have another count.
    pub(super) plans: Vec<String>,
}

/// What a plan has room for.
pub(super) struct PlanRow {
    pub(super) label: String,
    pub(super) room: Vec<String>,
}

/// The headers of a refusal.
pub(super) struct HeaderExample {
    pub(super) retry_after: i64,
    pub(super) limit: String,
    pub(super) policy: String,
}

/// Every limit of the profile.
pub(super) fn rows(profile: &Profile) -> Vec<LimitRow> {
    profile.limits.iter().map(|limit| row(profile, limit)).collect()
}

fn row(profile: &Profile, limit: &RateLimit) -> LimitRow {
    let own = profile.limit_on(profile.default_plan(), &limit.id).unwrap_or(limit);
    let others = profile.plans.iter().filter_map(|plan| {
        let there = profile.limit_on(plan, &limit.id)?;
        (there.count != own.count).then(|| format!("{}: {}", plan.label, number(there.count)))
    });
    let routes = profile
        .routes
        .iter()
        .filter(|route| route.limit.as_ref() == Some(&limit.id));
    LimitRow {
        id: limit.id.clone(),
        allowance: format!("{} a {}", counted(own.count, "request"), own.per.as_str()),
        of: match limit.of {
            LimitOf::Key => "each key",
            LimitOf::Workspace => "a workspace, with all its keys",
        },
        matches: routes
            .flat_map(|route| route.matches.iter().map(ToString::to_string))
            .collect(),
        plans: others.collect(),
    }
}

/// A refusal by the first limit, after which one has to wait 42 seconds (or as long as its time is).
pub(super) fn exceeded(profile: &Profile) -> Option<Exceeded> {
    let limit = profile.limits.first()?;
    let limit = profile.limit_on(profile.default_plan(), &limit.id)?;
    let period_millis = i64::try_from(limit.per.duration().as_millis()).unwrap_or(i64::MAX);
    Some(Exceeded {
        limit: limit.id.clone(),
        count: limit.count,
        period_millis,
        wait_millis: period_millis.min(42_000),
    })
}

pub(super) fn header_example(profile: &Profile) -> Option<HeaderExample> {
    exceeded(profile).map(|exceeded| HeaderExample {
        retry_after: exceeded.retry_after_seconds(),
        limit: exceeded.header(),
        policy: exceeded.policy_header(),
    })
}

/// The plans, where there is anything to say of them.
pub(super) fn plans(profile: &Profile) -> Vec<PlanRow> {
    let plans: Vec<_> = profile
        .plans
        .iter()
        .map(|plan| PlanRow {
            label: plan.label.clone(),
            room: room(profile, plan),
        })
        .collect();
    let says_nothing = plans.len() < 2 && plans.iter().all(|plan| plan.room.is_empty());
    if says_nothing { Vec::new() } else { plans }
}

fn room(profile: &Profile, plan: &Plan) -> Vec<String> {
    let mut room = Vec::new();
    if profile.key_types.len() > 1 || plan.keys.iter().any(|(_, limit)| limit.is_some()) {
        for key_type in &profile.key_types {
            room.push(match plan.key_limit(&key_type.id) {
                None => format!("{}: any number", key_type.label),
                Some(0) => format!("{}: none", key_type.label),
                Some(limit) => format!("{}: {}", key_type.label, number(limit)),
            });
        }
    }
    if let Some(most) = plan.max_keys {
        room.push(format!("{} in all", counted(most, "key")));
    }
    for (limit, noun) in [(plan.members, "member"), (plan.projects, "project")] {
        room.extend(limit.map(|limit| counted(limit, noun)));
    }
    room
}

fn counted(count: u32, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", number(count))
}

/// `1,204`
pub(super) fn number(count: u32) -> String {
    words::number(i64::from(count))
}
