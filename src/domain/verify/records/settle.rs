//! Counting what had still to be paid for when it was found good.

use super::Records;
use crate::domain::usage::client::Source;
use crate::domain::usage::notes::Note;
use crate::domain::verify::judge;
use crate::domain::verify::question::Question;
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Refusal;
use crate::profile::{Profile, RouteNumber};

impl Records {
    /// Counts a request of the key with this digest: as accepted, or as refused after all.
    pub fn settle(
        &self,
        profile: &Profile,
        (digest, key): (&[u8; 32], KeyId),
        question: &Question<'_>,
        now: Timestamp,
        refusal: Option<&Refusal>,
    ) {
        let route = judge::matched(profile, question).map_or(RouteNumber::NONE, |matched| matched.number());
        let mut shard = self.shard(digest).lock();
        if let Some(refusal) = refusal {
            let note = || Note::new(refusal, question, profile, now);
            return shard.refused(key, refusal, note, now);
        }
        let source = Source {
            address: question.address,
            user_agent: question.user_agent,
        };
        let position = shard.position(digest);
        shard.accepted(position, key, source, route, now);
    }
}
