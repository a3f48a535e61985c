//! Enabling embed mode: two fresh keys, of which the signing key waits for the holder of the ticket.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::embed::{keys, newcomer, open, part, record};
use crate::domain::keys::Ticket;
use crate::domain::shown_once;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::store;
use crate::store::db::commit;

/// Enables it. False when it is enabled already, by another form than this: then nothing changes. A form that is submitted twice
/// enables once.
pub async fn enable(app: &App, proof: ManageKeys<'_>, ticket: &Ticket) -> Result<bool> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let ring = proof.ring();
    let (publishable, signing) = (part(app)?.publishable_format(), part(app)?.signing_format());
    let tx = app.db.begin().await?;
    let known = open(&tx, app, ring).await?;
    if store::shown_once::submitted(&tx, ticket.nonce_digest(), account)
        .await?
        .is_some()
    {
        return Ok(true);
    }
    let is_new = known.is_none();
    let mut partner = known.unwrap_or_else(|| newcomer(app, ring));
    if partner.enabled_at.is_some() {
        return Ok(false);
    }
    if partner.suspended_at.is_some() {
        return Err(AppError::Conflict(
            "The embed partnership is suspended: support can tell you why, and resume it.".to_owned(),
        ));
    }
    // This one is no secret: it is kept, and shown, as it is.
    partner.publishable_key = Some(keys::mint(app, &publishable).expose_secret().to_owned());
    partner.generation += 1;
    partner.enabled_at = Some(app.now());
    partner.rotated_at = Some(app.now());
    if is_new {
        store::embed_partners::insert(&tx, &partner).await?;
    } else {
        store::embed_partners::update(&tx, &partner).await?;
    }
    let key = keys::mint(app, &signing);
    let sealed = keys::seal_for(app, partner.owner_id, &key)?;
    store::embed_partners::set_signing_key(&tx, partner.owner_id, Some(sealed)).await?;
    record(&tx, app, ring, proof.by(), Action::EmbedEnabled).await?;
    // Sealing is what the text is for.
    shown_once::put(&tx, app, account, partner.owner_id.0, ticket, key.expose_secret()).await?;
    commit(tx).await?;
    Ok(true)
}
