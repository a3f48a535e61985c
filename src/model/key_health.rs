//! What may be wrong with a key that works: a rule each, what it means, and what to do about it.

use crate::model::timestamp::{DAY, HOUR, Timestamp};

/// What may be wrong with a key. Only keys that would work are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// Whoever made it is no member any more.
    MakerLeft,
    /// It is used from more addresses than a key of one program usually is.
    ManyAddresses,
    /// Somebody was shown its text, and nobody has used it.
    ShownNeverUsed,
    /// Nobody has used it, nor was anybody shown its text on a page.
    NeverUsed,
    /// It has not been used for long.
    Idle,
    /// It is used, and has scopes that nothing needs.
    UnusedScopes,
    /// It ends soon.
    EndsSoon,
    /// It never ends.
    NeverEnds,
}

/// For how long a new key may be unused, in milliseconds.
pub const UNUSED: i64 = 7 * DAY;
/// For how long a key may lie idle, and a scope not be needed.
pub const IDLE: i64 = 90 * DAY;
/// What is soon.
pub const SOON: i64 = 14 * DAY;
/// Of how many days callers are looked at.
pub const DAYS_OF_CALLERS: i64 = 7;
/// From how many addresses a key may be used.
pub const USUAL_ADDRESSES: u32 = 5;
/// More than that nobody tells apart.
pub const MOST_ADDRESSES: u32 = 500;

impl Finding {
    /// All of them, in the order in which somebody should look at them.
    pub const ALL: [Self; 8] = [
        Self::MakerLeft,
        Self::ManyAddresses,
        Self::ShownNeverUsed,
        Self::NeverUsed,
        Self::Idle,
        Self::UnusedScopes,
        Self::EndsSoon,
        Self::NeverEnds,
    ];

    /// The word in addresses and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MakerLeft => "maker-left",
            Self::ManyAddresses => "many-addresses",
            Self::ShownNeverUsed => "shown-never-used",
            Self::NeverUsed => "never-used",
            Self::Idle => "idle",
            Self::UnusedScopes => "unused-scopes",
            Self::EndsSoon => "ends-soon",
            Self::NeverEnds => "never-ends",
        }
    }

    /// What it is, as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::MakerLeft => "Made by somebody who has left",
            Self::ManyAddresses => "Used from many addresses",
            Self::ShownNeverUsed => "Shown, but never used",
            Self::NeverUsed => "Never used",
            Self::Idle => "Not used for 90 days",
            Self::UnusedScopes => "Scopes that nothing needs",
            Self::EndsSoon => "Expires within 14 days",
            Self::NeverEnds => "Never expires",
        }
    }

    /// Why it matters, and what to do.
    pub fn advice(self) -> &'static str {
        match self {
            Self::MakerLeft => {
                "They may still have the text of the key. Roll it, so that only people who are here have it."
            }
            Self::ManyAddresses => {
                "Several programs may share one key, or somebody else has it. See who uses it; then list the addresses it may be used from, \
                 or roll it."
            }
            Self::ShownNeverUsed => {
                "Somebody has seen the text, and no request came with it for a week. Revoke it, if nobody is about to use it."
            }
            Self::NeverUsed => "No request came with it for a week. Revoke it, if nobody is about to use it.",
            Self::Idle => "Whatever used it does no longer. Revoke it, so that nobody else can.",
            Self::UnusedScopes => {
                "No request needed these scopes for 90 days. Take them off: a key that leaks can then do less."
            }
            Self::EndsSoon => "From then on its requests are refused. Roll it, or let it end if nobody needs it.",
            Self::NeverEnds => "It works until somebody remembers it. Give it an end.",
        }
    }

    /// How many keys, in a mail: "3 keys were made by somebody who has left".
    pub fn of_keys(self, count: u64) -> String {
        let one = count == 1;
        let pick = |single: &'static str, many: &'static str| if one { single } else { many };
        let rest = match self {
            Self::MakerLeft => pick("was made by somebody who has left", "were made by people who have left"),
            Self::ManyAddresses => pick("is used from many addresses", "are used from many addresses"),
            Self::ShownNeverUsed => pick("was shown, but never used", "were shown, but never used"),
            Self::NeverUsed => pick("was never used", "were never used"),
            Self::Idle => pick("was not used for 90 days", "were not used for 90 days"),
            Self::UnusedScopes => pick("has scopes that nothing needs", "have scopes that nothing needs"),
            Self::EndsSoon => pick("expires within 14 days", "expire within 14 days"),
            Self::NeverEnds => pick("never expires", "never expire"),
        };
        format!("{count} {} {rest}", pick("key", "keys"))
    }
}

/// When the next mail is due: on Monday at six (UTC).
pub fn next_mail(now: Timestamp) -> Timestamp {
    // The first of January 1970 was a Thursday.
    const MONDAY: i64 = 4 * DAY + 6 * HOUR;
    const WEEK: i64 = 7 * DAY;
    let since_monday = (now.millis() - MONDAY).rem_euclid(WEEK);
    now.plus(WEEK - since_monday)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_comes_on_mondays() {
        let at = |text| Timestamp::parse(text).unwrap();
        for (now, next) in [
            ("2026-11-30T05:59:59Z", "2026-11-30T06:00:00Z"),
            ("2026-11-30T06:00:00Z", "2026-12-07T06:00:00Z"),
            ("2026-12-03T12:00:00Z", "2026-12-07T06:00:00Z"),
            ("2026-12-06T23:59:59Z", "2026-12-07T06:00:00Z"),
        ] {
            assert_eq!(next_mail(at(now)), at(next), "{now}");
        }
    }

    #[test]
    fn findings_are_told_in_sentences() {
        assert_eq!(Finding::Idle.of_keys(1), "1 key was not used for 90 days");
        assert_eq!(Finding::NeverEnds.of_keys(12), "12 keys never expire");
        let words: std::collections::BTreeSet<_> = Finding::ALL.map(Finding::as_str).into();
        assert_eq!(words.len(), Finding::ALL.len());
    }
}
