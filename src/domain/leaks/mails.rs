//! What is written to people about a key that was reported as leaked. The text is in `templates/mail`.

use askama::Template;

use crate::domain::App;
use crate::domain::keys::compromise::told;
use crate::domain::mail::Mail;
use crate::error::{AppError, Result};
use crate::model::key::{Key, KeyState};
use crate::model::leak::{LeakAction, Reporter};
use crate::store::Tx;

/// How many places of one report are told.
pub(super) const MOST_PLACES: usize = 10;

#[derive(Template)]
#[template(path = "mail/key_leaked.txt")]
struct KeyLeaked<'a> {
    product: &'a str,
    home: &'a str,
    key: &'a Key,
    /// "Acme, Site"
    place: String,
    reporter: Reporter,
    /// Where it was found: as many places as are told.
    places: &'a [String],
    /// How many more there are.
    more_places: usize,
    exact: String,
    action: LeakAction,
    /// Whether requests with it are accepted, as far as the key itself says.
    works: bool,
    /// The key's page.
    link: String,
}

/// To whom it concerns.
pub(super) async fn key_leaked(
    tx: &Tx,
    app: &App,
    key: &Key,
    action: LeakAction,
    reporter: Reporter,
    places: &[String],
) -> Result<Vec<Mail>> {
    let Some(told) = told(tx, app, key).await? else {
        return Ok(Vec::new());
    };
    let told_places = places.len().min(MOST_PLACES);
    let text = KeyLeaked {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        key,
        place: told.place,
        reporter,
        places: &places[..told_places],
        more_places: places.len() - told_places,
        exact: app.now().exact(),
        action,
        works: key.state_at(app.now()) == KeyState::Active && !key.is_expired(app.now()),
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
        unsubscribe: None,
    });
    Ok(mails.collect())
}
