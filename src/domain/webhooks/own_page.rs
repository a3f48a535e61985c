//! Where a workspace’s own endpoint has its page.

use crate::domain::App;
use crate::profile::KeyOwner;

/// The name of its page below the workspace's. Where keys hang on the workspace itself, `webhooks` is what was sent for them.
pub fn page(app: &App) -> &'static str {
    match app.profile.api.keys_belong_to {
        KeyOwner::Project => "webhooks",
        KeyOwner::Workspace => "events",
    }
}
