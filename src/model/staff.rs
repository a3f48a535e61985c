//! What people of the provider's support staff may do: one order, from least to most.

use std::fmt;
use std::str::FromStr;

/// A role at the support desk. Each may do what the one before it may, and more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StaffRole {
    /// Looks at what customers have.
    Look,
    /// Also suspends and resumes, ends sessions, and has mail sent again.
    Act,
    /// Also changes plans and grants credits.
    Administer,
}

impl StaffRole {
    /// Every role, from least to most.
    pub const ALL: [StaffRole; 3] = [StaffRole::Look, StaffRole::Act, StaffRole::Administer];

    /// The word in the database and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            StaffRole::Look => "look",
            StaffRole::Act => "act",
            StaffRole::Administer => "administer",
        }
    }

    /// A sentence for the person who has it.
    pub fn meaning(self) -> &'static str {
        match self {
            StaffRole::Look => "looks at what customers have",
            StaffRole::Act => "also suspends, resumes, ends sessions and sends mail again",
            StaffRole::Administer => "also changes plans and grants credits",
        }
    }
}

impl fmt::Display for StaffRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for StaffRole {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|role| role.as_str() == text)
            .ok_or_else(|| format!("“{text}” is no role of staff; the roles are look, act and administer"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_may_more_than_the_one_before_it() {
        assert!(StaffRole::ALL.is_sorted());
        for role in StaffRole::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert!("admin".parse::<StaffRole>().is_err());
    }
}
