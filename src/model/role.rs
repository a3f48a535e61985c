//! What a member of a workspace may do: one pure function, one truth table.

use std::fmt;
use std::str::FromStr;

/// A member's role, from least to most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads.
    Viewer,
    /// Works with projects' keys and webhooks.
    Developer,
    /// Everything but deleting the workspace and changing owners.
    Admin,
    /// Everything.
    Owner,
}

/// Something a person may want to do in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// See the workspace, its projects, keys and members.
    Read,
    /// Create, change, roll, disable and revoke keys.
    ManageKeys,
    /// Create and rename projects.
    ManageProjects,
    /// Rename the workspace, see its whole audit trail.
    ManageWorkspace,
    /// Add members and change their roles, owners aside.
    ManageMembers,
    /// Make or unmake owners.
    ManageOwners,
    /// Delete the workspace.
    DeleteWorkspace,
}

impl Role {
    /// Every role, from least to most.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Developer, Role::Admin, Role::Owner];

    /// Whether this role may do that.
    pub fn may(self, deed: Deed) -> bool {
        let least = match deed {
            Deed::Read => Role::Viewer,
            Deed::ManageKeys => Role::Developer,
            Deed::ManageProjects | Deed::ManageWorkspace | Deed::ManageMembers => Role::Admin,
            Deed::ManageOwners | Deed::DeleteWorkspace => Role::Owner,
        };
        self >= least
    }

    /// Whether this role may invite people to that one: at most to itself.
    pub fn may_invite_to(self, role: Self) -> bool {
        self.may(if role == Role::Owner {
            Deed::ManageOwners
        } else {
            Deed::ManageMembers
        })
    }

    /// The word in the database, the API and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Developer => "developer",
            Role::Admin => "admin",
            Role::Owner => "owner",
        }
    }

    /// The word on pages.
    pub fn label(self) -> &'static str {
        match self {
            Role::Viewer => "Viewer",
            Role::Developer => "Developer",
            Role::Admin => "Admin",
            Role::Owner => "Owner",
        }
    }

    /// A sentence for the members page.
    pub fn meaning(self) -> &'static str {
        match self {
            Role::Viewer => "Sees everything, changes nothing.",
            Role::Developer => "Creates, changes and revokes keys.",
            Role::Admin => "Also manages projects, members and settings.",
            Role::Owner => "Also decides who the owners are.",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| format!("“{text}” is no role; the roles are viewer, developer, admin and owner"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_truth_table() {
        use Deed::*;
        let table = [
            // deed              viewer developer admin owner
            (Read, [true, true, true, true]),
            (ManageKeys, [false, true, true, true]),
            (ManageProjects, [false, false, true, true]),
            (ManageWorkspace, [false, false, true, true]),
            (ManageMembers, [false, false, true, true]),
            (ManageOwners, [false, false, false, true]),
            (DeleteWorkspace, [false, false, false, true]),
        ];
        for (deed, may) in table {
            assert_eq!(Role::ALL.map(|role| role.may(deed)), may, "{deed:?}");
        }
    }
}
