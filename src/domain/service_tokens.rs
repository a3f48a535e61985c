//! Service tokens: how the provider's own systems prove themselves to the provider API.

use std::cell::Cell;

use secrecy::{ExposeSecret, SecretString};

use crate::domain::verify::changes;
use crate::domain::verify::records::Age;
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::ids::ServiceTokenId;
use crate::model::name::Name;
use crate::store;
use crate::store::db::commit;

/// What a token begins with: so that a scanner of leaked secrets can tell whose it is.
pub const PREFIX: &str = "khs_";

/// A new token; its text is shown once, here.
#[derive(Debug)]
pub struct NewServiceToken {
    pub id: ServiceTokenId,
    pub name: Name,
    pub text: SecretString,
}

/// Creates a token; only the operator does.
pub async fn create(app: &App, name: &str) -> Result<NewServiceToken> {
    let name = Name::parse(name).map_err(|message| AppError::invalid("name", message))?;
    let text = SecretString::from(format!("{PREFIX}{}", seal::token(&*app.random).expose_secret()));
    let id = ServiceTokenId(app.new_id());
    let display_prefix = text.expose_secret().chars().take(PREFIX.len() + 6).collect();
    let tx = app.db.begin().await?;
    store::service_tokens::insert(
        &tx,
        id,
        name.as_str(),
        &seal::digest(text.expose_secret()),
        display_prefix,
        app.now(),
    )
    .await
    .map_err(|error| match error {
        store::Error::Duplicate => AppError::invalid("name", "Another service token has this name."),
        other => other.into(),
    })?;
    commit(tx).await?;
    Ok(NewServiceToken { id, name, text })
}

/// Whether the token that was presented is one of ours.
pub async fn is_good(app: &App, presented: &str) -> Result<bool> {
    if !presented.starts_with(PREFIX) {
        return Ok(false);
    }
    let digest = seal::digest(presented);
    if app.records.knows_token(&digest).is_some() {
        return Ok(true);
    }
    let ticket = app.records.ticket(&digest);
    let is_living = store::service_tokens::is_living(app.db.reader(), &digest).await?;
    if is_living {
        app.records.keep_token(&digest, ticket);
    }
    Ok(is_living)
}

/// The token that was found good last, by its digest. A system that verifies every request has one token: with one of these for
/// each worker, workers do not wait for each other at the place where it stands in memory.
#[derive(Debug, Default)]
pub struct LastGood(Cell<Option<([u8; 32], Age)>>);

impl LastGood {
    /// Whether a token is known to be good without asking the database.
    pub fn is_in_memory(&self, app: &App, presented: &str) -> bool {
        if !presented.starts_with(PREFIX) {
            return false;
        }
        let digest = seal::digest(presented);
        if let Some((last, then)) = self.0.get()
            && last == digest
            && app.records.age() == Some(then)
        {
            return true;
        }
        let Some(age) = app.records.knows_token(&digest) else {
            return false;
        };
        self.0.set(Some((digest, age)));
        true
    }
}

/// Revokes the token with this name; only the operator does. It is refused from the next request on.
pub async fn revoke(app: &App, name: &str) -> Result<()> {
    let tx = app.db.begin().await?;
    let revoked = store::service_tokens::revoke(&tx, name.trim(), app.now()).await?;
    match revoked {
        Some(changed) => changes::commit(app, tx, &changed).await,
        None => Err(AppError::NotFound),
    }
}
