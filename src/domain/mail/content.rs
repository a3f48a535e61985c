//! A mail as it waits.

use serde::{Deserialize, Serialize};

/// What is sealed: links in it are as good as a password.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) text: String,
    /// Mails that were written before there was any have none.
    #[serde(default)]
    pub(super) unsubscribe: Option<String>,
}
