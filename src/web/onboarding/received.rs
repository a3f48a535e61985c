//! The request that was waited for.

use crate::domain::App;
use crate::model::key::{Key, LastUse};

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

/// How a key begins, as it is shown.
pub(in crate::web) fn shown_prefix(app: &App, key: &Key) -> String {
    let key_type = app.profile.key_type(&key.type_id);
    let format = key_type.and_then(|key_type| key_type.format(key.environment));
    format.map_or_else(
        || key.display_prefix.clone(),
        |format| format.shown(&key.display_prefix),
    )
}
