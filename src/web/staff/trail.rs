//! Lines of a customer's audit trail, as the desk shows them: without links to pages that only the customer can open.

use crate::model::audit::{Action, AuditEvent};
use crate::model::timestamp::Timestamp;

/// What `staff/trail.html` draws.
pub(super) struct Line {
    pub(super) at: Timestamp,
    pub(super) who: String,
    pub(super) is_support: bool,
    pub(super) what: String,
    pub(super) subject: String,
    pub(super) details: String,
}

pub(super) fn lines(events: Vec<AuditEvent>) -> Vec<Line> {
    events.into_iter().map(line).collect()
}

fn line(event: AuditEvent) -> Line {
    // What support and finders of keys wrote is no secret of the customer’s.
    let is_open = event.actor_kind == "staff" || event.actor_kind == "keyhatch" && event.action.starts_with("key.");
    Line {
        at: event.at,
        who: match event.actor_kind.as_str() {
            "operator" => "The operator".to_owned(),
            _ => event.actor_name,
        },
        is_support: event.actor_kind == "staff",
        what: Action::sentence(&event.action).to_owned(),
        subject: without_addresses(event.subject),
        details: if is_open {
            event.details
        } else {
            without_addresses(event.details)
        },
    }
}

/// Where a customer's events go is the customer's own.
fn without_addresses(text: String) -> String {
    if text.contains("://") { String::new() } else { text }
}
