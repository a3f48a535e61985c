//! What of the page is the reader's own: where their keys are, and how the newest begins.

use crate::domain::App;
use crate::domain::docs::Reader;
use crate::model::role::Deed;
use crate::profile::KeyOwner;

/// Somebody signed in who belongs to a workspace.
pub(super) struct ReaderView {
    /// The name of what owns the keys.
    pub(super) place: String,
    /// Their list; or, while there is no project for them, the workspace.
    pub(super) keys_url: String,
    /// Where a key is made; empty for people who may not.
    pub(super) new_key_url: String,
    pub(super) key: Option<OwnKey>,
}

/// The reader's newest key.
pub(super) struct OwnKey {
    pub(super) name: String,
    /// Its display prefix, as it is shown.
    pub(super) shown: String,
    pub(super) url: String,
    /// Its text stays on its page.
    pub(super) is_public: bool,
}

pub(super) fn view(app: &App, reader: &Reader) -> ReaderView {
    let workspace = &reader.membership.workspace;
    let workspace_url = format!("/w/{}", workspace.slug);
    let (place, keys_url) = match (&reader.project, app.profile.api.keys_belong_to) {
        (Some(project), _) => (
            project.name.clone(),
            Some(format!("{workspace_url}/p/{}/keys", project.slug)),
        ),
        (None, KeyOwner::Workspace) => (workspace.name.clone(), Some(format!("{workspace_url}/keys"))),
        (None, KeyOwner::Project) => (workspace.name.clone(), None),
    };
    let may = reader.membership.role.may(Deed::ManageKeys);
    ReaderView {
        place,
        new_key_url: match &keys_url {
            Some(url) if may => format!("{url}/new"),
            _ => String::new(),
        },
        key: reader.key.as_ref().zip(keys_url.as_ref()).map(|(key, keys_url)| {
            let key_type = app.profile.key_type(&key.type_id);
            let format = key_type.and_then(|key_type| key_type.format(key.environment));
            OwnKey {
                name: key.name.clone(),
                shown: format.map_or_else(
                    || key.display_prefix.clone(),
                    |format| format.shown(&key.display_prefix),
                ),
                url: format!("{keys_url}/{}", key.id),
                is_public: key.public_text.is_some(),
            }
        }),
        keys_url: keys_url.unwrap_or(workspace_url),
    }
}
