//! What a workspace's own endpoint can be told of: what happens to its keys and its credits.

/// A kind of event. The words are part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerEvent {
    KeyCreated,
    KeyExpiring,
    KeyRevoked,
    KeyCompromised,
    CreditsLow,
}

impl CustomerEvent {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 5] = [
        Self::KeyCreated,
        Self::KeyExpiring,
        Self::KeyRevoked,
        Self::KeyCompromised,
        Self::CreditsLow,
    ];

    /// The word: the `type` of the payload, and the value of the checkbox.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::KeyCreated => "key.created",
            Self::KeyExpiring => "key.expiring",
            Self::KeyRevoked => "key.revoked",
            Self::KeyCompromised => "key.compromised",
            Self::CreditsLow => "credits.low",
        }
    }

    /// When it is sent, for the page.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::KeyCreated => "A key was created, by a person, by a key or by a roll.",
            Self::KeyExpiring => "A key ends in 14 days, in 3, in 1.",
            Self::KeyRevoked => "A key was revoked, and is refused from then on.",
            Self::KeyCompromised => "A key was seen where it must not be.",
            Self::CreditsLow => "Few of the workspace’s credits are left.",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }

    /// Reads what was ticked, in the order of the page; the error is a sentence for the field.
    pub fn parse_choice(words: &[String]) -> Result<Vec<Self>, &'static str> {
        if words.is_empty() {
            return Err("Choose at least one event.");
        }
        if words.iter().any(|word| Self::parse(word).is_none()) {
            return Err("Choose from the events offered.");
        }
        let is_chosen = |event: &Self| words.iter().any(|word| word == event.as_str());
        Ok(Self::ALL.into_iter().filter(is_chosen).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::webhook::EventType;

    #[test]
    fn the_words_are_types_of_events() {
        for event in CustomerEvent::ALL {
            assert!(EventType::parse(event.as_str()).is_ok());
            assert_eq!(CustomerEvent::parse(event.as_str()), Some(event));
        }
    }

    #[test]
    fn a_choice_is_one_at_least_and_in_order() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let chosen = CustomerEvent::parse_choice(&words(&["credits.low", "key.created", "key.created"]));
        assert_eq!(chosen, Ok(vec![CustomerEvent::KeyCreated, CustomerEvent::CreditsLow]));
        assert!(CustomerEvent::parse_choice(&[]).is_err());
        assert!(CustomerEvent::parse_choice(&words(&["key.created", "key.renamed"])).is_err());
    }
}
