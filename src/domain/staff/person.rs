//! What support does for a person: sends the mail again that confirms their address, and signs them out everywhere.

use secrecy::ExposeSecret;
use uuid::Uuid;

use crate::domain::access::desk::SupportActs;
use crate::domain::accounts::confirm_email;
use crate::domain::mail::outbox;
use crate::domain::staff::reason::Reason;
use crate::domain::staff::trail;
use crate::domain::throttle::Attempt;
use crate::domain::{App, seal};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::AccountId;
use crate::model::timestamp::plural;
use crate::store;
use crate::store::db::commit;
use crate::store::sign_ups::Renewed;

/// Sends a new link, which is as good as the one before and lasts as long again. Links that were sent stay good: whoever finds the old mail
/// after all is not turned away.
pub async fn resend_confirmation(app: &App, proof: SupportActs<'_>, id: Uuid, reason: &Reason) -> Result<()> {
    let (db, now) = (app.db.reader(), app.now());
    if store::accounts::find(db, AccountId(id)).await?.is_some() {
        return Err(AppError::Conflict("This address is confirmed already.".to_owned()));
    }
    let waiting = store::sign_ups::find_unconfirmed(db, id, now).await?;
    let waiting = waiting.ok_or(AppError::NotFound)?;
    app.throttle
        .attempt(Attempt::MailAccount, &waiting.email.folded(), now)?;
    let token = seal::token(&*app.random);
    let (mail, expires_at) = confirm_email::mail(app, &waiting.email, token.expose_secret())?;
    let tx = app.db.begin().await?;
    let next = app.new_id();
    let renewed = Renewed {
        id: next,
        digest: seal::digest(token.expose_secret()).to_vec(),
        now,
        expires_at,
    };
    if !store::sign_ups::renew(&tx, id, renewed).await? {
        // It was confirmed meanwhile.
        return Err(AppError::NotFound);
    }
    // The old one ends first, and what is on record of it would end with it.
    store::account_events::move_on(&tx, id, next).await?;
    trail::of_sign_up(&tx, app, proof.by(), next, Action::ConfirmationResent, reason.as_str()).await?;
    outbox::put(&tx, app, &mail).await?;
    commit(tx).await?;
    app.mailer.wake();
    Ok(())
}

/// Ends all sessions; the answer is how many there were. Where there was none, nothing is written.
pub async fn end_sessions(app: &App, proof: SupportActs<'_>, id: AccountId, reason: &Reason) -> Result<u64> {
    let db = app.db.reader();
    let account = store::accounts::find(db, id).await?.ok_or(AppError::NotFound)?;
    let workspaces = store::workspaces::list_for(db, id).await?;
    let tx = app.db.begin().await?;
    let ended = store::sessions::delete_all_of(&tx, id, None).await?;
    if ended == 0 {
        return Ok(0);
    }
    let count = plural(i64::try_from(ended).unwrap_or(i64::MAX), "session");
    let details = format!("{count}: {}", reason.as_str());
    let whom = (&account, workspaces.as_slice());
    trail::of_account(&tx, app, proof.by(), whom, Action::SessionsEnded, &details).await?;
    commit(tx).await?;
    Ok(ended)
}
