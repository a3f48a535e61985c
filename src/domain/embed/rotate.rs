//! A new signing key, and the one view of it. The old one, and every session that was minted with it, is refused from the very
//! next request on.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::embed::{keys, open, part, record};
use crate::domain::keys::Ticket;
use crate::domain::keys::reveal::Opener;
use crate::domain::seen as shown;
use crate::domain::shown_once::{self, Shown};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::embed::Partner;
use crate::store;
use crate::store::db::commit;

/// Which key the form of a rotation would replace ([`shown::mark`]).
pub fn seen(partner: &Partner) -> String {
    shown::mark(&serde_json::json!([partner.generation]))
}

/// Rotates, unless somebody has rotated since the form was opened; the new key waits for the holder of the ticket. False where embed mode is off: there is nothing to rotate. A form that
/// is submitted twice rotates once.
pub async fn rotate(app: &App, proof: ManageKeys<'_>, ticket: &Ticket, known: Option<&str>) -> Result<bool> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let signing = part(app)?.signing_format();
    let tx = app.db.begin().await?;
    let there = open(&tx, app, proof.ring()).await?;
    if store::shown_once::submitted(&tx, ticket.nonce_digest(), account)
        .await?
        .is_some()
    {
        return Ok(true);
    }
    let Some(mut partner) = there.filter(|partner| partner.enabled_at.is_some()) else {
        return Ok(false);
    };
    let before = seen(&partner);
    partner.generation += 1;
    shown::refuse_overwriting(known, &before, &seen(&partner))?;
    partner.rotated_at = Some(app.now());
    store::embed_partners::update(&tx, &partner).await?;
    let key = keys::mint(app, &signing);
    let sealed = keys::seal_for(app, partner.owner_id, &key)?;
    store::embed_partners::set_signing_key(&tx, partner.owner_id, Some(sealed)).await?;
    record(&tx, app, proof.ring(), proof.by(), Action::EmbedKeyRotated).await?;
    // Sealing is what the text is for.
    shown_once::put(&tx, app, account, partner.owner_id.0, ticket, key.expose_secret()).await?;
    commit(tx).await?;
    Ok(true)
}

/// Shows the signing key that waits for this person and this browser, and takes it away in the same transaction.
pub async fn view(app: &App, proof: ManageKeys<'_>, opener: Option<&Opener>) -> Result<Shown> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    part(app)?;
    let owner = proof.ring().owner_id().0;
    if let Some(nothing) = shown_once::nothing(app, account, owner, opener).await? {
        return Ok(nothing);
    }
    let tx = app.db.begin().await?;
    let shown = shown_once::take(&tx, app, account, owner, opener).await?;
    if let Shown::Now(_) = &shown {
        record(&tx, app, proof.ring(), proof.by(), Action::EmbedKeyRevealed).await?;
        commit(tx).await?;
    }
    Ok(shown)
}
