//! Refused requests one by one, on their way to the database: what somebody who asks "why?" will want to know.

use std::net::IpAddr;

use crate::domain::verify::question::{Question, ReadFrom};
use crate::model::ids::KeyId;
use crate::model::key_format::KeyFormat;
use crate::model::mistake::Mistake;
use crate::model::refused_request::RefusedRequest;
use crate::model::request_id::RequestId;
use crate::model::timestamp::Timestamp;
use crate::model::verdict::Refusal;
use crate::profile::Profile;

/// How many of a key are noted between two flushes: the last ones.
pub const AT_ONCE: usize = 50;

/// How much of a method is kept.
const LONGEST_METHOD: usize = 20;

/// How much of a user agent is kept, in characters.
pub(super) const LONGEST_AGENT: usize = 200;

/// A refused request.
#[derive(Clone, Debug)]
pub struct Note {
    pub(super) at: Timestamp,
    pub(super) request_id: RequestId,
    pub(super) reason: &'static str,
    pub(super) needed: Option<String>,
    pub(super) request: Option<String>,
    pub(super) read_from: Option<String>,
    pub(super) mistake: Option<Mistake>,
    pub(super) presented: Option<String>,
    pub(super) address: Option<IpAddr>,
    pub(super) user_agent: String,
}

impl Note {
    /// Of a request with a key of ours.
    pub fn new(refusal: &Refusal, question: &Question<'_>, profile: &Profile, now: Timestamp) -> Self {
        Self {
            at: now,
            request_id: question.request_id.clone(),
            reason: refusal.reason(),
            needed: refusal.stood_in_the_way(),
            request: request_of(question, profile),
            read_from: match question.read_from {
                ReadFrom::Untold => None,
                ReadFrom::Header(place) => Some(place.named()),
                ReadFrom::ProviderApi => Some("the provider API".to_owned()),
            },
            mistake: None,
            presented: None,
            address: question.address,
            user_agent: shortened(question.user_agent, LONGEST_AGENT),
        }
    }

    /// Of a request without one: what came instead is told by how it was written.
    pub fn without_key(refusal: &Refusal, question: &Question<'_>, profile: &Profile, now: Timestamp) -> Self {
        let formats = || {
            let formats = profile.key_types.iter().flat_map(|key_type| &key_type.formats);
            formats.map(|(_, format)| format)
        };
        let text = question.credential.unwrap_or_default();
        let mistake = match refusal {
            Refusal::Malformed => Some(Mistake::of(text, formats())),
            Refusal::Missing => question.overlooked.or_else(|| {
                let (_, query) = question.path?.split_once('?')?;
                Mistake::in_query(query, formats())
            }),
            _ => None,
        };
        Self {
            mistake,
            presented: beginning(text, formats()),
            ..Self::new(refusal, question, profile, now)
        }
    }

    /// What its answer was called.
    pub fn request_id(&self) -> &RequestId {
        &self.request_id
    }

    /// As it is kept.
    pub(super) fn kept(&self, key: Option<KeyId>) -> RefusedRequest {
        RefusedRequest {
            at: self.at,
            key,
            request_id: (self.request_id != RequestId::default()).then(|| self.request_id.clone()),
            reason: self.reason.to_owned(),
            needed: self.needed.clone(),
            request: self.request.clone(),
            read_from: self.read_from.clone(),
            mistake: self.mistake,
            presented: self.presented.clone(),
            address: address_text(self.address),
            user_agent: self.user_agent.clone(),
        }
    }
}

/// The request in words that are safe to keep: its method, and the pattern of the profile's route, never the path itself.
pub fn request_of(question: &Question<'_>, profile: &Profile) -> Option<String> {
    let pattern = question.method.zip(question.path).and_then(|(method, path)| {
        let matched = profile.route_of(method, path).ok()?.route?.matched(method, path)?;
        Some(format!("{} {}", shortened(method, LONGEST_METHOD), matched.path))
    });
    pattern.or_else(|| question.method.map(|method| shortened(method, LONGEST_METHOD)))
}

/// How a text begins that begins like a key: no more than people are shown of a key.
fn beginning<'a>(text: &str, formats: impl Iterator<Item = &'a KeyFormat>) -> Option<String> {
    let like = formats.filter(|format| text.starts_with(&format.prefix));
    let nearest = like.max_by_key(|format| format.prefix.len())?;
    let shown = nearest.display_prefix(text);
    shown.bytes().all(|byte| byte.is_ascii_graphic()).then_some(shown)
}

pub(super) fn address_text(address: Option<IpAddr>) -> String {
    address.map_or_else(String::new, |address| address.to_canonical().to_string())
}

/// At most so many characters, none of which moves a terminal's cursor.
pub(super) fn shortened(text: &str, most: usize) -> String {
    text.chars().filter(|c| !c.is_control()).take(most).collect()
}
