//! Refused requests as the desk lists them: with what the customer can do.

use crate::domain::App;
use crate::domain::credits::NamedKey;
use crate::model::refused_request::RefusedRequest;
use crate::web::refusals::{self, Shown};

/// What `staff/refusals.html` draws.
pub(super) struct Refused {
    pub(super) shown: Shown,
    /// The key and its page, where there are several.
    pub(super) key: String,
    pub(super) key_url: String,
}

/// One of a key that the whole page is about.
pub(super) fn of_key(app: &App, refused: RefusedRequest) -> Refused {
    Refused {
        shown: refusals::shown(app, refused),
        key: String::new(),
        key_url: String::new(),
    }
}

/// One of many keys.
pub(super) fn of_any_key(app: &App, refused: RefusedRequest, key: Option<NamedKey>) -> Refused {
    Refused {
        key_url: refused.key.map(|id| format!("/staff/keys/{id}")).unwrap_or_default(),
        key: key.map(|key| key.name).unwrap_or_default(),
        shown: refusals::shown(app, refused),
    }
}
