//! Counting what had still to be paid for when it was found good.

use super::{Records, source_of};
use crate::domain::usage::notes::Note;
use crate::domain::verify::judge;
use crate::domain::verify::question::Question;
use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Refusal;
use crate::profile::Profile;

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
        let matched = judge::matched(profile, question).unwrap_or_default();
        let mut shard = self.shard(digest).lock();
        if let Some(refusal) = refusal {
            let note = || Note::new(refusal, question, profile, now);
            return shard.refused(key, refusal, note, now);
        }
        let position = shard.position(digest);
        shard.accepted(position, key, &source_of(question, matched), now);
    }
}
