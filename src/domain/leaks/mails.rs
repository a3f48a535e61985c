//! What is written to people about a key that was reported as leaked. The text is in `templates/mail`.

use askama::Template;

use crate::domain::App;
use crate::domain::keys::compromise::told;
use crate::domain::mail::Mail;
use crate::error::{AppError, Result};
use crate::model::key::Key;
use crate::model::leak::{LeakAction, LeakSource};
use crate::store::Tx;

#[derive(Template)]
#[template(path = "mail/key_leaked.txt")]
struct KeyLeaked<'a> {
    product: &'a str,
    home: &'a str,
    key: &'a Key,
    /// "Acme, Site"
    place: String,
    /// Who says so.
    who: &'a str,
    /// Where it was found.
    found_at: Option<&'a str>,
    exact: String,
    action: LeakAction,
    /// The key's page.
    link: String,
}

/// To whom it concerns.
pub(super) async fn key_leaked(
    tx: &Tx,
    app: &App,
    key: &Key,
    action: LeakAction,
    (source, place): (LeakSource, Option<&str>),
) -> Result<Vec<Mail>> {
    let Some(told) = told(tx, app, key).await? else {
        return Ok(Vec::new());
    };
    let text = KeyLeaked {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        key,
        place: told.place,
        who: source.words(),
        found_at: place,
        exact: app.now().exact(),
        action,
        link: told.link,
    };
    let text = text.render().map_err(|error| AppError::Internal(error.into()))?;
    let done = match action {
        LeakAction::Notify => "leaked",
        LeakAction::Disable => "leaked and is disabled",
        LeakAction::Revoke => "leaked and is refused",
    };
    let mails = told.people.into_iter().map(|to| Mail {
        to,
        subject: format!("The key “{}” {done}", key.name),
        text: text.clone(),
        kind: "key_leaked",
        expires_at: None,
    });
    Ok(mails.collect())
}
