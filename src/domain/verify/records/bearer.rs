//! Tokens beside keys: a token has no record, but it counts against the same limits, those of its workspace together with all
//! keys. Usage is counted by key, so of tokens only the totals know.

use super::{DisplayPrefix, Granted, Records, Rights};
use crate::domain::seal;
use crate::domain::verify::judge::{self, Powers};
use crate::domain::verify::limits::{self, Memories};
use crate::domain::verify::question::Question;
use crate::model::ids::{KeyId, OwnerId};
use crate::model::key::KeyState;
use crate::model::rate::Recent;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::{Refusal, Refused, Verdict};
use crate::model::workspace::Workspace;
use crate::profile::{Access, Environment, Profile};
use crate::store::verification::FoundKey;
use uuid::Uuid;

/// The type of a token, where that of a key would be.
const TYPE: &str = "jwt";

impl Records {
    /// The verdict on a token that is good, for a workspace that was just read.
    pub fn ask_bearer<T>(
        &self,
        profile: &Profile,
        workspace: &Workspace,
        subject: &str,
        question: &Question<'_>,
        now: Timestamp,
        answer: impl FnOnce(&Granted<'_>) -> T,
    ) -> Verdict<T> {
        let found = as_a_key(workspace, subject);
        let tenant = self.shared.passing_tenant(&found, &self.limits);
        let powers = Powers {
            environment: found.environment,
            access: Access::All,
            scopes: &[],
            addresses: &found.rights.addresses,
        };
        let decide = || {
            if let Some(refusal) = tenant.suspended.refusal(powers.environment) {
                return Err(refusal);
            }
            let matched = judge::permits(profile, &powers, question, judge::matched(profile, question))?;
            let is_named = |limit: &str| question.limit == Some(limit) || matched.counts_against(limit);
            let mut shard = self.shard(&found.digest).lock();
            // What a key's record would remember.
            let in_record = self.limits.in_record().map(|number| (found.id, number));
            let recent = in_record.and_then(|place| shard.recents.remove(&place));
            let mut recent = recent.unwrap_or_default();
            let mut memories = Memories {
                key: found.id,
                record: &mut recent,
                keys: &mut shard.recents,
                workspace: &tenant.recent,
            };
            let taken = limits::take(self.limits.on(tenant.plan_position), is_named, &mut memories, now);
            if let Some(place) = in_record
                && recent != Recent::default()
            {
                shard.recents.insert(place, recent);
            }
            taken.map_err(|exceeded| Refusal::RateLimited(Box::new(exceeded)))
        };
        match decide() {
            Err(refusal) => Verdict::Refused(Refused { refusal, key: None }),
            Ok(()) => Verdict::Allowed(answer(&Granted {
                key_id: KeyId(Uuid::nil()),
                name: "",
                display_prefix: DisplayPrefix { common: "", own: "" },
                type_id: TYPE,
                environment: powers.environment,
                access: powers.access,
                scopes: powers.scopes,
                expires_at: None,
                tenant: &tenant,
                subject: Some(subject),
            })),
        }
    }
}

/// What a key would be that stands for this subject in this workspace, so that whoever asks with many tokens is one.
fn as_a_key(workspace: &Workspace, subject: &str) -> FoundKey {
    let digest = seal::digest(&format!("jwt\0{}\0{subject}", workspace.id));
    let id = digest.first_chunk().copied().unwrap_or_default();
    FoundKey {
        digest,
        id: KeyId(Uuid::from_bytes(id)),
        owner_id: OwnerId(workspace.id.0),
        type_id: TYPE.to_owned(),
        environment: Environment::Live,
        name: String::new(),
        display_prefix: String::new(),
        rights: Rights::default(),
        state: KeyState::Active,
        disabled_until: None,
        expires_at: None,
        version: 0,
        workspace_id: workspace.id,
        workspace_slug: workspace.slug.clone(),
        workspace_name: workspace.name.clone(),
        workspace_plan: workspace.plan.clone(),
        workspace_suspended: workspace.suspended_at.is_some(),
        project_suspended: false,
        // A token is no key: its people sign in.
        stopped: None,
        project: None,
    }
}
