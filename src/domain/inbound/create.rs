//! A new token, and the one view of it.

use crate::domain::access::ManageKeys;
use crate::domain::inbound::{find, open, part, record};
use crate::domain::keys::Ticket;
use crate::domain::keys::reveal::Opener;
use crate::domain::shown_once::{self, Shown};
use crate::domain::{App, keys, seal};
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::ids::{InboundTokenId, KeyId};
use crate::model::inbound::{InboundToken, Template};
use crate::model::key_format::KeyText;
use crate::random::Generator;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// How many living tokens a key may have.
pub const MOST_OF_A_KEY: u64 = 100;

/// Makes a token; its text waits for the holder of the ticket. A form that is submitted twice makes one.
pub async fn create(
    app: &App,
    proof: ManageKeys<'_>,
    key: KeyId,
    template: &str,
    ticket: &Ticket,
) -> Result<InboundTokenId> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let tx = app.db.begin().await?;
    // The lock on the key, within, puts the two submissions of a double click one after the other.
    let owner = open(&tx, app, proof, key).await?;
    if let Some(made) = store::shown_once::submitted(&tx, ticket.nonce_digest(), account).await? {
        return Ok(InboundTokenId(made));
    }
    let (token, text) = insert(&tx, app, proof, &owner, template).await?;
    // Sealing is what the text is for.
    shown_once::put(&tx, app, account, token.id.0, ticket, text.expose_secret()).await?;
    commit(tx).await?;
    Ok(token.id)
}

/// Makes a token for who takes its text at once.
pub async fn issue(app: &App, proof: ManageKeys<'_>, key: KeyId, template: &str) -> Result<(InboundToken, KeyText)> {
    let tx = app.db.begin().await?;
    let owner = open(&tx, app, proof, key).await?;
    let made = insert(&tx, app, proof, &owner, template).await?;
    commit(tx).await?;
    Ok(made)
}

/// Shows the token that waits for this person and this browser, and takes it away in the same transaction.
pub async fn view(
    app: &App,
    proof: ManageKeys<'_>,
    key: KeyId,
    id: InboundTokenId,
    opener: Option<&Opener>,
) -> Result<(InboundToken, Shown)> {
    let account = proof.by().account().ok_or(AppError::Unauthenticated)?;
    let (_, token) = find(app, proof.read(), key, id).await?;
    if let Some(nothing) = shown_once::nothing(app, account, id.0, opener).await? {
        return Ok((token, nothing));
    }
    let tx = app.db.begin().await?;
    let owner = open(&tx, app, proof, key).await?;
    let found = store::inbound_tokens::find(&tx, owner.id, id).await?;
    let token = found.ok_or(AppError::NotFound)?;
    let shown = shown_once::take(&tx, app, account, id.0, opener).await?;
    if let Shown::Now(_) = &shown {
        record(&tx, app, proof, &owner, &token, Action::InboundTokenRevealed).await?;
        commit(tx).await?;
    }
    Ok((token, shown))
}

async fn insert(
    tx: &Tx,
    app: &App,
    proof: ManageKeys<'_>,
    owner: &crate::model::key::Key,
    template: &str,
) -> Result<(InboundToken, KeyText)> {
    keys::refuse_frozen(owner)?;
    let template = Template::parse(template).map_err(|why| AppError::invalid("template", why))?;
    if store::inbound_tokens::count_living(tx, owner.id).await? >= MOST_OF_A_KEY {
        return Err(AppError::invalid(
            "template",
            format!("A key has at most {MOST_OF_A_KEY} tokens: revoke one that nobody uses."),
        ));
    }
    let format = part(app)?.token_format();
    let text = format.mint(&mut Generator(&*app.random));
    let token = InboundToken {
        id: InboundTokenId(app.new_id()),
        key_id: owner.id,
        display_prefix: format.display_prefix(text.expose_secret()),
        template: template.as_str().to_owned(),
        created_by: proof.by().actor.name().to_owned(),
        created_at: app.now(),
        revoked_at: None,
    };
    store::inbound_tokens::insert(tx, &token, seal::digest(text.expose_secret())).await?;
    record(tx, app, proof, owner, &token, Action::InboundTokenCreated).await?;
    Ok((token, text))
}
