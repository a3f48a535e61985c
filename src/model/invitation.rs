//! An invitation to a workspace, as it is mailed and listed; its link is nowhere.

use super::email::Email;
use super::ids::{AccountId, InvitationId, WorkspaceId};
use super::role::Role;
use super::timestamp::{DAY, Timestamp};

/// How long the link of a mail is good, in milliseconds.
pub const GOOD_FOR: i64 = 7 * DAY;

/// How many addresses may be typed at once.
pub const MOST_AT_ONCE: usize = 20;

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    pub id: InvitationId,
    pub workspace_id: WorkspaceId,
    pub email: Email,
    pub role: Role,
    /// Nobody, where the operator asked.
    pub invited_by: Option<AccountId>,
    /// What that person was called.
    pub invited_by_name: String,
    /// When the last mail was written.
    pub sent_at: Timestamp,
    pub expires_at: Timestamp,
}

impl Invitation {
    /// Whether its link opens nothing any more.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.expires_at <= now
    }
}

/// The addresses of a field where people write one a line, or with commas, semicolons or spaces between them; each once.
pub fn addresses(typed: &str) -> Vec<String> {
    let mut addresses: Vec<String> = Vec::new();
    for entry in typed.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')) {
        let entry = entry.trim_matches(|c| matches!(c, '<' | '>'));
        let is_known = addresses.iter().any(|known| known.eq_ignore_ascii_case(entry));
        if !entry.is_empty() && !is_known {
            addresses.push(entry.to_owned());
        }
        if addresses.len() > MOST_AT_ONCE {
            // Too many already: nobody counts the rest.
            break;
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_people_write_them() {
        let typed = "bob@example.com,  <carol@example.com>;\n\nBob@example.com dave@example.com\r\n";
        assert_eq!(
            addresses(typed),
            ["bob@example.com", "carol@example.com", "dave@example.com"]
        );
        assert!(addresses(" \n,;").is_empty());
    }
}
