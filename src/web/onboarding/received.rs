//! The request that was waited for.

use crate::domain::App;
use crate::model::key::{Key, LastUse};
use crate::web::keys::words::shown_prefix;

pub(in crate::web) struct Received {
    pub(in crate::web) last: LastUse,
    /// How the key begins that was used, as it is shown.
    pub(in crate::web) shown_prefix: String,
}

/// The last request with a key, if there was one.
pub(in crate::web) fn received(app: &App, key: &Key) -> Option<Received> {
    Some(Received {
        last: key.last_use.clone()?,
        shown_prefix: shown_prefix(app, key),
    })
}
