//! Rotating a signing secret: at once, or with an overlap during which the old one signs too. The key itself is untouched.
//!
//! An attempt holds the key's row while it signs ([`crate::domain::webhooks`]), and this writes to it: once a rotation is
//! answered, the old secret signs nothing that it should not.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::keys::Grace;
use crate::domain::keys::change::{open_for_change, refuse_frozen, write};
use crate::domain::keys::find;
use crate::domain::keys::mint;
use crate::domain::keys::reveal::{self, Secrets, Ticket};
use crate::domain::seen as shown;
use crate::domain::verify::changes;
use crate::domain::webhooks::secrets;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::KeyId;
use crate::store;
use crate::store::signing_secrets::SealedSecrets;

/// Which secret the form of a rotation would replace ([`shown::mark_of_secret`]).
pub async fn secret_seen(app: &App, proof: ManageKeys<'_>, id: KeyId) -> Result<String> {
    find(app, proof.read(), id).await?;
    let secrets = store::signing_secrets::of_key(app.db.reader(), id).await?;
    Ok(shown::mark_of_secret(secrets.current.as_deref()))
}

/// Rotates, unless somebody has rotated since the form was opened; the new secret waits for the holder of the ticket. The old one signs too for the overlap; one that was still
/// signing from a rotation before ends now. A form that is submitted twice rotates once.
pub async fn rotate_signing_secret(
    app: &App,
    proof: ManageKeys<'_>,
    id: KeyId,
    overlap: Grace,
    ticket: &Ticket,
    known: Option<&str>,
) -> Result<()> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let tx = app.db.begin().await?;
    let mut key = open_for_change(&tx, app, proof, id).await?;
    if store::reveals::submitted(&tx, ticket.nonce_digest(), account)
        .await?
        .is_some()
    {
        return Ok(());
    }
    refuse_frozen(&key)?;
    if !key.has_signing_secret {
        return Err(AppError::Conflict("This type of key has no signing secret.".to_owned()));
    }
    let until = (overlap != Grace::Now).then(|| app.now().plus(overlap.millis()));
    let old = store::signing_secrets::of_key(&tx, id).await?;
    shown::refuse_replacing(known, old.current.as_deref())?;
    let secret = mint::mint_signing_secret(app);
    let sealed = SealedSecrets {
        current: Some(secrets::seal(app, id.0, &secret)?),
        previous: old.current.zip(until),
    };
    store::signing_secrets::set_of_key(&tx, id, sealed).await?;
    key.previous_secret_until = until;
    let details = until.map_or_else(String::new, |until| {
        format!("the old secret signs too until {}", until.rfc3339())
    });
    let changed = write(&tx, app, proof, &mut key, Action::SigningSecretRotated, details).await?;
    reveal::note_submission(&tx, app, account, ticket, id).await?;
    reveal::put(
        &tx,
        app,
        account,
        id,
        ticket,
        Secrets {
            key: None,
            signing_secret: Some(&secret),
        },
    )
    .await?;
    changes::commit(app, tx, &changed).await
}

/// Ends an overlap now. Doing it twice changes nothing.
pub async fn end_overlap(app: &App, proof: ManageKeys<'_>, id: KeyId) -> Result<()> {
    let tx = app.db.begin().await?;
    let mut key = open_for_change(&tx, app, proof, id).await?;
    refuse_frozen(&key)?;
    if key.previous_secret_until.is_none_or(|until| until <= app.now()) {
        return Ok(());
    }
    let sealed = SealedSecrets {
        previous: None,
        ..store::signing_secrets::of_key(&tx, id).await?
    };
    store::signing_secrets::set_of_key(&tx, id, sealed).await?;
    key.previous_secret_until = None;
    let changed = write(&tx, app, proof, &mut key, Action::SigningSecretRetired, String::new()).await?;
    changes::commit(app, tx, &changed).await
}
