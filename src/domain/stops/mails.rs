//! What is written to the owners of a workspace when all keys of an environment are stopped, or work again. The text is in
//! `templates/mail`.

use askama::Template;

use crate::domain::App;
use crate::domain::mail::Mail;
use crate::error::{AppError, Result};
use crate::model::access::Environment;
use crate::model::role::Role;
use crate::model::stop::Stop;
use crate::model::workspace::{Project, Workspace};
use crate::store::{self, Tx};

/// What happened.
pub(super) struct Told<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) project: Option<&'a Project>,
    pub(super) environment: Environment,
    pub(super) by: &'a str,
    /// Nothing, when the keys work again.
    pub(super) stop: Option<&'a Stop>,
}

#[derive(Template)]
#[template(path = "mail/keys_stopped.txt")]
struct KeysStopped<'a> {
    product: &'a str,
    home: &'a str,
    environment: &'a str,
    /// "Acme, Site"
    place: String,
    by: &'a str,
    exact: String,
    stop: Option<&'a Stop>,
    link: String,
}

/// To each owner whose address is confirmed.
pub(super) async fn keys_stopped(tx: &Tx, app: &App, told: &Told<'_>) -> Result<Vec<Mail>> {
    let slug = &told.workspace.slug;
    let (place, keys) = match told.project {
        Some(project) => (
            format!("{}, {}", told.workspace.name, project.name),
            format!("/w/{slug}/p/{}/keys", project.slug),
        ),
        None => (told.workspace.name.clone(), format!("/w/{slug}/keys")),
    };
    let environment = told.environment.as_str();
    let subject = match told.stop {
        Some(_) => format!("All {environment} keys of {place} are stopped"),
        None => format!("The {environment} keys of {place} work again"),
    };
    let text = KeysStopped {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        environment,
        place,
        by: told.by,
        exact: app.now().exact(),
        stop: told.stop,
        link: app.link(&keys),
    };
    let text = text.render().map_err(|error| AppError::Internal(error.into()))?;
    let members = store::members::reachable(tx, told.workspace.id).await?.into_iter();
    let owners = members.filter(|member| member.role == Role::Owner);
    let mail = |member: crate::model::workspace::Member| Mail {
        to: member.email,
        subject: subject.clone(),
        text: text.clone(),
        kind: "keys_stopped",
        expires_at: None,
        unsubscribe: None,
    };
    Ok(owners.map(mail).collect())
}
