//! The first keys of an account, made inside the transaction that makes the account.

use crate::domain::App;
use crate::domain::access::ManageKeys;
use crate::domain::keys::reveal::{Secrets, Ticket};
use crate::domain::keys::{NewKey, issue, mint, reveal};
use crate::error::{AppError, Result};
use crate::model::address_list::AddressList;
use crate::model::ids::AccountId;
use crate::model::key::Key;
use crate::model::name::Name;
use crate::profile::{Environment, KeyType};
use crate::store::Tx;

/// Issues a key called like its type. What is secret about it waits for the holder of the ticket; without one, nobody ever
/// sees it, and the key has to be rolled before it is of use.
pub(in crate::domain) async fn issue_first(
    tx: &Tx,
    app: &App,
    proof: ManageKeys<'_>,
    (key_type, environment): (&KeyType, Environment),
    viewer: Option<(AccountId, &Ticket)>,
) -> Result<Key> {
    let name = if key_type.formats.len() > 1 {
        format!("{} ({environment})", key_type.label)
    } else {
        key_type.label.clone()
    };
    let name: String = name.chars().take(crate::model::name::LONGEST_NAME).collect();
    let new = NewKey {
        name: Name::parse(&name).map_err(|message| AppError::invalid("name", message))?,
        key_type: key_type.clone(),
        environment,
        scopes: Vec::new(),
        allowed_addresses: AddressList::default(),
        expires_at: None,
        webhook_url: None,
    };
    let minted = mint::mint(app, key_type, environment)?;
    let key = issue::insert(tx, app, proof, &new, &minted).await?;
    if let Some((account, ticket)) = viewer {
        let secrets = Secrets {
            key: Some(&minted.text),
            signing_secret: minted.signing_secret.as_ref(),
        };
        reveal::put(tx, app, account, key.id, ticket, secrets).await?;
    }
    Ok(key)
}
