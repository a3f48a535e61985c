//! Stops: all keys of an environment are refused, whatever each of them is, until that is undone.

use crate::model::access::Environment;
use crate::model::timestamp::Timestamp;

/// That the keys of an environment are stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub at: Timestamp,
    /// Who wanted it, as the trail calls them.
    pub by: String,
    /// Why; maybe nothing.
    pub why: String,
}

/// The stops of what owns keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stops {
    pub live: Option<Stop>,
    pub test: Option<Stop>,
}

impl Stops {
    /// That of an environment.
    pub fn of(&self, environment: Environment) -> Option<&Stop> {
        match environment {
            Environment::Live => self.live.as_ref(),
            Environment::Test => self.test.as_ref(),
        }
    }

    /// All there are, live first.
    pub fn all(&self) -> impl Iterator<Item = (Environment, &Stop)> {
        let stop = |environment| self.of(environment).map(|stop| (environment, stop));
        Environment::ALL.into_iter().filter_map(stop)
    }
}

/// Which environments are stopped, for a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    Live,
    Test,
    Both,
}

impl Stopped {
    /// Nothing, where neither is.
    pub fn of(live: bool, test: bool) -> Option<Self> {
        match (live, test) {
            (true, true) => Some(Self::Both),
            (true, false) => Some(Self::Live),
            (false, true) => Some(Self::Test),
            (false, false) => None,
        }
    }

    /// Whether keys of this environment are refused.
    pub fn covers(self, environment: Environment) -> bool {
        match self {
            Self::Both => true,
            Self::Live => environment == Environment::Live,
            Self::Test => environment == Environment::Test,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_covers_its_environment_alone() {
        let covers = |live, test| {
            Environment::ALL
                .map(|environment| Stopped::of(live, test).is_some_and(|stopped| stopped.covers(environment)))
        };
        assert_eq!(covers(false, false), [false, false]);
        assert_eq!(covers(true, false), [true, false]);
        assert_eq!(covers(false, true), [false, true]);
        assert_eq!(covers(true, true), [true, true]);
    }
}
