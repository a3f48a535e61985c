//! Rotating the endpoint's secret: at once, or with an overlap during which the old one signs too. As for a key's
//! ([`crate::domain::keys::rotate_signing_secret`]): once a rotation is answered, the old secret signs nothing that it should not.

use crate::domain::App;
use crate::domain::access::ManageWorkspace;
use crate::domain::keys::{Grace, Ticket, mint_signing_secret};
use crate::domain::seen as shown;
use crate::domain::shown_once;
use crate::domain::webhooks::own::{open, record};
use crate::domain::webhooks::secrets;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::store;
use crate::store::db::commit;
use crate::store::signing_secrets::SealedSecrets;

/// Which secret the form of a rotation would replace ([`shown::mark_of_secret`]).
pub async fn secret_seen(app: &App, proof: ManageWorkspace<'_>) -> Result<String> {
    let secret = store::webhooks::endpoints::own_secret(app.db.reader(), proof.workspace().id).await?;
    Ok(shown::mark_of_secret(secret.as_deref()))
}

/// Rotates, unless somebody has rotated since the form was opened; the new secret waits for the holder of the ticket. A form that is
/// submitted twice rotates once.
pub async fn rotate(
    app: &App,
    proof: ManageWorkspace<'_>,
    overlap: Grace,
    ticket: &Ticket,
    known: Option<&str>,
) -> Result<()> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let tx = app.db.begin().await?;
    let endpoint = open(&tx, proof).await?;
    if store::shown_once::submitted(&tx, ticket.nonce_digest(), account)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let until = (overlap != Grace::Now).then(|| app.now().plus(overlap.millis()));
    let old = store::webhooks::endpoints::secrets(&tx, endpoint.id).await?;
    shown::refuse_replacing(known, old.current.as_deref())?;
    let secret = mint_signing_secret(app);
    let sealed = SealedSecrets {
        current: Some(secrets::seal(app, endpoint.id.0, &secret)?),
        previous: old.current.zip(until),
    };
    store::webhooks::endpoints::set_secrets(&tx, endpoint.id, sealed).await?;
    let details = until.map_or_else(String::new, |until| {
        format!("the old secret signs too until {}", until.rfc3339())
    });
    record(&tx, app, proof, &endpoint, Action::SigningSecretRotated, details).await?;
    // Sealing is what the text is for.
    shown_once::put(&tx, app, account, endpoint.id.0, ticket, secret.expose_secret()).await?;
    Ok(commit(tx).await?)
}

/// Ends an overlap now. Doing it twice changes nothing.
pub async fn end_overlap(app: &App, proof: ManageWorkspace<'_>) -> Result<()> {
    let tx = app.db.begin().await?;
    let endpoint = open(&tx, proof).await?;
    if endpoint.previous_secret_until.is_none_or(|until| until <= app.now()) {
        return Ok(());
    }
    let sealed = SealedSecrets {
        previous: None,
        ..store::webhooks::endpoints::secrets(&tx, endpoint.id).await?
    };
    store::webhooks::endpoints::set_secrets(&tx, endpoint.id, sealed).await?;
    record(&tx, app, proof, &endpoint, Action::SigningSecretRetired, String::new()).await?;
    Ok(commit(tx).await?)
}
