//! What is written to people about their webhooks. The texts are in `templates/mail`.

use askama::Template;

use crate::domain::App;
use crate::domain::mail::Mail;
use crate::domain::webhooks::own_page;
use crate::error::{AppError, Result};
use crate::model::role::Role;
use crate::model::webhook::{Endpoint, OffReason};
use crate::store::{self, Tx};

#[derive(Template)]
#[template(path = "mail/endpoint_off.txt")]
struct EndpointOff<'a> {
    product: &'a str,
    home: &'a str,
    workspace: &'a str,
    url: &'a str,
    at: String,
    /// It answered 410 Gone; otherwise it has failed for five days.
    is_gone: bool,
    failing_since: String,
    /// The key whose events went there.
    key: Option<String>,
    link: String,
}

/// Tells the owners and admins of a workspace that an endpoint was switched off, and why.
pub(super) async fn endpoint_off(tx: &Tx, app: &App, endpoint: &Endpoint) -> Result<Vec<Mail>> {
    let db = tx;
    let (Some(off), Some(workspace)) = (endpoint.off, store::workspaces::find(db, endpoint.workspace_id).await?) else {
        return Ok(Vec::new());
    };
    let key = match endpoint.key_id {
        Some(id) => store::keys::find_of_any_tenant(db, id).await?,
        None => None,
    };
    let project = match endpoint.project_id {
        Some(id) => store::projects::find(db, workspace.id, id).await?,
        None => None,
    };
    let path = match (&key, project) {
        (Some(key), Some(project)) => format!("/w/{}/p/{}/keys/{}", workspace.slug, project.slug, key.id),
        (Some(key), None) => format!("/w/{}/keys/{}", workspace.slug, key.id),
        (None, _) => format!("/w/{}/{}", workspace.slug, own_page::page(app)),
    };
    let text = EndpointOff {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        workspace: &workspace.name,
        url: &endpoint.url,
        at: off.at.exact(),
        is_gone: off.reason == OffReason::Gone,
        failing_since: endpoint.failing_since.unwrap_or(off.at).exact(),
        key: key.map(|key| key.called()),
        link: app.link(&path),
    };
    let text = text.render().map_err(|error| AppError::Internal(error.into()))?;
    let members = store::members::reachable(db, workspace.id).await?;
    let told = members.into_iter().filter(|member| member.role >= Role::Admin);
    let mail = |member: crate::model::workspace::Member| Mail {
        to: member.email,
        subject: format!("Webhooks of {} are switched off", workspace.name),
        text: text.clone(),
        kind: "endpoint_off",
        expires_at: None,
        unsubscribe: None,
    };
    Ok(told.map(mail).collect())
}
