//! What the verdict on a key would be now, for people who ask why. Nothing is counted: not the request, not against a limit.

use super::{Records, permitted};
use crate::domain::verify::judge;
use crate::domain::verify::limits::{self, Used};
use crate::domain::verify::question::Question;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::{Exceeded, Refusal};
use crate::profile::Profile;
use crate::store::verification::FoundKey;

/// What would be answered, and how much of each limit is used.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// Nothing, when the request would be let through.
    pub refusal: Option<Refusal>,
    /// In the order of the profile. Other processes count for themselves.
    pub limits: Vec<Used>,
}

impl Records {
    /// The same steps as for a request that comes now, on the key as the database has it.
    pub fn outlook(&self, profile: &Profile, found: &FoundKey, question: &Question<'_>, now: Timestamp) -> Outlook {
        let tenant = self.shared.passing_tenant(found, &self.limits);
        let mut record = self.record(profile, &found.digest, found, tenant, now);
        let matched = permitted(profile, &record, question, judge::matched(profile, question), now);
        let mut shard = self.shard(&found.digest).lock();
        let position = shard.position(&found.digest);
        if let Some((known, _)) = position.and_then(|position| shard.record(position)) {
            record.recent = known.recent.clone();
        } else if let Some(number) = self.limits.in_record()
            && let Some(recent) = shard.recents.get(&(record.id, number))
        {
            record.recent = recent.clone();
        }
        let plan = self.limits.on(record.tenant.plan_position);
        let workspace = record.tenant.recent.lock().clone();
        let of_key = |number| shard.recents.get(&(record.id, number)).cloned().unwrap_or_default();
        let concerns = |limit: &str| {
            let is_named = matched.as_ref().is_ok_and(|matched| matched.counts_against(limit));
            question.limit == Some(limit) || is_named
        };
        let limits = limits::look(plan, concerns, &record.recent, of_key, &workspace, now);
        let full = limits.iter().filter(|used| used.concerns && used.wait_millis > 0);
        let longest = full.max_by_key(|used| used.wait_millis);
        let refusal = match matched {
            Err(refusal) => Some(refusal),
            Ok(_) => longest.map(|used| Refusal::RateLimited(Box::new(exceeded(used)))),
        };
        Outlook { refusal, limits }
    }
}

fn exceeded(used: &Used) -> Exceeded {
    Exceeded {
        limit: used.id.clone(),
        count: used.count,
        period_millis: used.period_millis,
        wait_millis: used.wait_millis,
    }
}
