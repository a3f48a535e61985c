//! What is written to people about a key that is compromised. The text is in `templates/mail`.

use askama::Template;

use crate::domain::App;
use crate::domain::mail::Mail;
use crate::error::{AppError, Result};
use crate::model::compromise::CompromisedHow;
use crate::model::key::Key;
use crate::model::role::Role;
use crate::store::{self, Tx};

#[derive(Template)]
#[template(path = "mail/key_compromised.txt")]
struct KeyCompromised<'a> {
    product: &'a str,
    home: &'a str,
    key: &'a Key,
    /// "Acme, Site"
    place: String,
    how: CompromisedHow,
    exact: String,
    address: Option<&'a str>,
    /// The key's page.
    link: String,
}

/// To the owners and admins of the key's workspace, and to the person who made it and is still a member. Who has not confirmed an
/// address is not written to.
pub(super) async fn key_compromised(tx: &Tx, app: &App, key: &Key) -> Result<Vec<Mail>> {
    let workspace = store::workspaces::find(tx, key.workspace_id).await?;
    let (Some(workspace), Some(compromise)) = (workspace, &key.compromise) else {
        return Ok(Vec::new());
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
    let text = KeyCompromised {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        key,
        place,
        how: compromise.how,
        exact: compromise.at.exact(),
        address: compromise.address.as_deref(),
        link: app.link(&format!("{keys}/{}", key.id)),
    };
    let text = text.render().map_err(|error| AppError::Internal(error.into()))?;
    let maker = store::compromises::maker(tx, key.id).await?;
    let members = store::members::reachable(tx, key.workspace_id).await?;
    let told = members
        .into_iter()
        .filter(|member| member.role >= Role::Admin || Some(member.account_id) == maker);
    Ok(told
        .map(|member| Mail {
            to: member.email,
            subject: format!("The key “{}” is compromised and refused", key.name),
            text: text.clone(),
            kind: "key_compromised",
            expires_at: None,
        })
        .collect())
}
