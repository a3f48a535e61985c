//! Rotating a signing secret: the old one signs nothing from now on; the key itself is untouched.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::keys::change::{open_for_change, refuse_frozen, write};
use crate::domain::keys::mint;
use crate::domain::keys::reveal::{self, Secrets, Ticket};
use crate::domain::verify::changes;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::KeyId;
use crate::store;

/// Rotates; the new secret waits for the holder of the ticket. A form that is submitted twice rotates once.
pub async fn rotate_signing_secret(app: &App, proof: ManageKeys<'_>, id: KeyId, ticket: &Ticket) -> Result<()> {
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
    let secret = mint::mint_signing_secret(app);
    store::keys::set_signing_secret(&tx, id, mint::seal_signing_secret(app, id, &secret)?).await?;
    let changed = write(&tx, app, proof, &mut key, Action::SigningSecretRotated, String::new()).await?;
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
