//! What is written to people about a key that is compromised. The text is in `templates/mail`.

use askama::Template;

use super::told::told;
use crate::domain::App;
use crate::domain::mail::Mail;
use crate::error::{AppError, Result};
use crate::model::compromise::CompromisedHow;
use crate::model::key::Key;
use crate::store::Tx;

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

/// To whom it concerns.
pub(super) async fn key_compromised(tx: &Tx, app: &App, key: &Key) -> Result<Vec<Mail>> {
    let (Some(told), Some(compromise)) = (told(tx, app, key).await?, &key.compromise) else {
        return Ok(Vec::new());
    };
    let text = KeyCompromised {
        product: &app.profile.api.name,
        home: &app.settings.public_url,
        key,
        place: told.place,
        how: compromise.how,
        exact: compromise.at.exact(),
        address: compromise.address.as_deref(),
        link: told.link,
    };
    let text = text.render().map_err(|error| AppError::Internal(error.into()))?;
    let mails = told.people.into_iter().map(|to| Mail {
        to,
        subject: format!("The key “{}” is compromised and refused", key.name),
        text: text.clone(),
        kind: "key_compromised",
        expires_at: None,
        unsubscribe: None,
    });
    Ok(mails.collect())
}
