//! Who hears that a key is no secret any more, and where it is.

use crate::domain::App;
use crate::error::Result;
use crate::model::email::Email;
use crate::model::key::Key;
use crate::model::role::Role;
use crate::store::{self, Tx};

/// What a mail about a key needs besides.
pub(in crate::domain) struct Told {
    pub(in crate::domain) people: Vec<Email>,
    /// "Acme, Site"
    pub(in crate::domain) place: String,
    /// The key's page.
    pub(in crate::domain) link: String,
}

/// The owners and admins of the key's workspace, and the person who made it and is still a member. Who has not confirmed an
/// address is not written to. Nothing, when there is no workspace any more.
pub(in crate::domain) async fn told(tx: &Tx, app: &App, key: &Key) -> Result<Option<Told>> {
    let Some(workspace) = store::workspaces::find(tx, key.workspace_id).await? else {
        return Ok(None);
    };
    let project = match key.project_id {
        Some(id) => store::projects::find(tx, key.workspace_id, id).await?,
        None => None,
    };
    let (place, keys) = match project {
        Some(project) => (
            format!("{}, {}", workspace.name, project.name),
            format!("/w/{}/p/{}/keys", workspace.slug, project.slug),
        ),
        None => (workspace.name.clone(), format!("/w/{}/keys", workspace.slug)),
    };
    let maker = store::compromises::maker(tx, key.id).await?;
    let members = store::members::reachable(tx, key.workspace_id).await?;
    let people = members
        .into_iter()
        .filter(|member| member.role >= Role::Admin || Some(member.account_id) == maker);
    Ok(Some(Told {
        people: people.map(|member| member.email).collect(),
        place,
        link: app.link(&format!("{keys}/{}", key.id)),
    }))
}
