//! Credits: what a workspace can use up, and the lines of its ledger.

use std::fmt;
use std::str::FromStr;

use crate::model::ids::KeyId;
use crate::model::timestamp::Timestamp;

/// The most a balance can be, and the most one change can be: whoever reads JSON into floating point reads it exactly.
pub const MOST: i64 = (1 << 53) - 1;

/// How long a reason can be, in characters.
const LONGEST_REASON: usize = 200;

/// What a balance is changed by: never nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount(i64);

impl Amount {
    /// A positive number grants, a negative one spends; the error is a sentence for the field.
    pub fn parse(number: i64) -> Result<Self, &'static str> {
        match number {
            0 => Err("Say how many: a positive number grants, a negative one spends."),
            _ if !(-MOST..=MOST).contains(&number) => Err("Use a number of at most fifteen digits."),
            _ => Ok(Self(number)),
        }
    }

    /// What a request costs; nothing for none.
    pub fn cost(cost: u32) -> Option<Self> {
        (cost > 0).then(|| Self(-i64::from(cost)))
    }

    /// The number.
    pub fn get(self) -> i64 {
        self.0
    }
}

/// A reason as somebody gives it; the error is a sentence for the field.
pub fn parse_reason(text: String) -> Result<String, &'static str> {
    if text.chars().count() > LONGEST_REASON || text.chars().any(char::is_control) {
        return Err("Use one line of at most 200 characters.");
    }
    Ok(text)
}

/// A line of a ledger: one change of one balance. All amounts up to a line add up to its balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreditEntry {
    /// From one, without gaps, for each workspace.
    pub number: i64,
    pub amount: i64,
    /// After it.
    pub balance: i64,
    pub kind: EntryKind,
    /// A request's method and the pattern of its route, or what the provider says; may be empty.
    pub reason: String,
    /// Whose doing it was, where it was a key's.
    pub key_id: Option<KeyId>,
    pub idempotency_key: Option<String>,
    pub at: Timestamp,
}

/// Where a change came from. The words are part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// What the workspace began with.
    Start,
    /// A request that was let through.
    Request,
    /// The provider's own systems.
    Provider,
    /// The operator, at the command line.
    Operator,
}

impl EntryKind {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Start, Self::Request, Self::Provider, Self::Operator];

    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Request => "request",
            Self::Provider => "provider",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EntryKind {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word).ok_or(())
    }
}

/// Why a balance could not be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    /// How many it takes.
    pub needed: i64,
    /// How many there are.
    pub balance: i64,
    /// What people call them.
    pub unit: String,
}

impl Short {
    /// `credits: 3`
    pub fn needed(&self) -> String {
        format!("{}: {}", self.unit, self.needed)
    }

    /// A sentence for the customer's program and the person who reads its log.
    pub fn message(&self) -> String {
        let Self { needed, balance, unit } = self;
        format!("Not enough {unit}: this takes {needed}, and the workspace has {balance}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_something_and_not_too_much() {
        for (number, fine) in [
            (1, true),
            (-1, true),
            (MOST, true),
            (-MOST, true),
            (0, false),
            (MOST + 1, false),
            (-MOST - 1, false),
            (i64::MIN, false),
            (i64::MAX, false),
        ] {
            assert_eq!(Amount::parse(number).is_ok(), fine, "{number}");
        }
        assert_eq!((Amount::cost(0), Amount::cost(3).map(Amount::get)), (None, Some(-3)));
    }

    #[test]
    fn the_words_are_read_again() {
        for kind in EntryKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
    }
}
