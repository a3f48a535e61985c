//! What was read of a key: made into a record, and kept.

use std::sync::Arc;

use super::{Parts, Record, Records, Tenant, Ticket};
use crate::model::key::{KeyState, state_at};
use crate::model::timestamp::Timestamp;
use crate::profile::Profile;
use crate::store::verification::FoundKey;

impl Records {
    /// Keeps what was read, unless something has changed since the ticket was taken.
    pub fn keep(&self, profile: &Profile, digest: &[u8; 32], found: &FoundKey, ticket: Ticket, now: Timestamp) -> bool {
        let Some(tenant) = self.shared.tenant(found, &self.limits, ticket.shared) else {
            return false;
        };
        let record = self.record(profile, digest, found, tenant, now);
        let mut shard = self.shard(digest).lock();
        if shard.generation != ticket.shard {
            return false;
        }
        shard.insert(digest, record, &self.limits);
        true
    }

    /// What is kept of a key that was read, as it is at this moment.
    pub(super) fn record(
        &self,
        profile: &Profile,
        digest: &[u8; 32],
        found: &FoundKey,
        tenant: Arc<Tenant>,
        now: Timestamp,
    ) -> Record {
        let state = state_at(found.state, found.disabled_until, now);
        let mut types = profile.key_types.iter();
        let type_position = types.position(|key_type| key_type.id == found.type_id);
        let format = profile
            .key_type(&found.type_id)
            .and_then(|key_type| key_type.format(found.environment));
        Record::new(Parts {
            digest,
            id: found.id,
            name: &found.name,
            display_prefix: &found.display_prefix,
            common_prefix: format.map(|format| &*format.prefix),
            rights: self.shared.rights(&found.rights),
            tenant,
            expires_at: match state {
                KeyState::Disabled => found.disabled_until,
                _ => found.expires_at,
            },
            version: found.version,
            type_position,
            environment: found.environment,
            state,
        })
    }
}
