//! The mail that invites. The text is in `templates/mail`.

use askama::Template;

use crate::domain::App;
use crate::domain::mail::Mail;
use crate::error::{AppError, Result};
use crate::model::invitation::Invitation;
use crate::model::workspace::Workspace;

#[derive(Template)]
#[template(path = "mail/invitation.txt")]
struct Text<'a> {
    product: &'a str,
    home: &'a str,
    workspace: &'a str,
    by: &'a str,
    role: &'static str,
    meaning: &'static str,
    link: String,
    until: String,
    to: &'a str,
}

pub(super) fn invitation(app: &App, workspace: &Workspace, invitation: &Invitation, token: &str) -> Result<Mail> {
    let product = &app.profile.api.name;
    let text = Text {
        product,
        home: &app.settings.public_url,
        workspace: called(workspace),
        by: &invitation.invited_by_name,
        role: invitation.role.label(),
        meaning: invitation.role.meaning(),
        link: app.link(&format!("/invitations/{token}")),
        until: invitation.expires_at.exact(),
        to: invitation.email.as_str(),
    };
    Ok(Mail {
        to: invitation.email.clone(),
        subject: format!("You are invited to a workspace at {product}"),
        text: text.render().map_err(|error| AppError::Internal(error.into()))?,
        kind: "invitation",
        expires_at: Some(invitation.expires_at),
        unsubscribe: None,
    })
}

/// Its name; or, where programs that show mail could make a link of it, or where it ends its own quotation, the slug. Whoever invites chooses the name, and the
/// mail comes from us.
fn called(workspace: &Workspace) -> &str {
    let is_plain = |name: &str| !name.contains(['/', '@', ':', '.', '\\', '。', '．', '“', '”']);
    if is_plain(&workspace.name) {
        &workspace.name
    } else {
        &workspace.slug
    }
}
