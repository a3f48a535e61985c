//! Verification: is this key good for this request, at this instant?
//!
//! The order is the contract: present, transport, form and checksum, look-up, state and expiry, suspension, environment, access or
//! scope, limits, credits; then usage. [`ask`] answers from memory ([`records`]) when the key is there, else it reads the
//! database ([`fill`]); [`changes`] is what makes the two say the same.

mod answer;
pub mod changes;
mod fill;
pub mod inbound;
pub(in crate::domain) mod judge;
pub mod limits;
mod pay;
pub mod question;
pub mod records;
mod tokens;

pub use answer::{Warm, ask_cold, ask_warm, seek};
pub use fill::Fill;
pub use pay::priced;
pub use question::{Question, Sought};
pub use tokens::Tokens;

use crate::domain::App;
use crate::error::{AppError, Result};
use crate::model::verdict::{Identity, Refusal, Verdict};
use crate::profile::Access;
use crate::store;
use records::Granted;

/// Answers. A refusal is an answer; an error means that there is none.
pub async fn ask<T>(
    app: &App,
    question: &Question<'_>,
    answer: impl Fn(&Granted<'_>) -> T + Copy,
) -> Result<Verdict<T>> {
    if question.cost > 0 {
        return pay::ask(app, question, answer).await;
    }
    match ask_warm(app, question, answer) {
        Warm::Answered(verdict) => Ok(verdict),
        Warm::Cold(digest) => ask_cold(app, &digest, question, answer).await,
        Warm::Token => tokens::ask(app, question, answer).await,
    }
}

/// Answers with all that is known of a good key, for who goes on to act for it.
pub async fn verify(app: &App, question: &Question<'_>) -> Result<Verdict> {
    let granted = |granted: &Granted<'_>| match granted.subject {
        None => Ok((granted.key_id, granted.access)),
        Some(_) => Err(AppError::Forbidden(
            "This takes an API key, or a person in the dashboard: a token of the identity provider is neither.",
        )),
    };
    let granted = match ask(app, question, granted).await? {
        Verdict::Allowed(granted) => granted,
        Verdict::Refused(refused) => return Ok(Verdict::Refused(refused)),
    };
    let (id, access) = granted?;
    let identity = identify(app, id, access).await?;
    Ok(identity.map_or_else(
        || app.refuse(question, Refusal::Unknown),
        |identity| Verdict::Allowed(Box::new(identity)),
    ))
}

/// Nothing, when the key has gone since it was found good.
async fn identify(app: &App, id: crate::model::ids::KeyId, access: Access) -> Result<Option<Identity>> {
    let db = app.db.reader();
    let Some(key) = store::keys::find_of_any_tenant(db, id).await? else {
        return Ok(None);
    };
    let gone = || store::Error::Corrupt("a key without a workspace".to_owned());
    let workspace = store::workspaces::find(db, key.workspace_id).await?.ok_or_else(gone)?;
    let project = match key.project_id {
        Some(id) => store::projects::find(db, key.workspace_id, id).await?,
        None => None,
    };
    Ok(Some(Identity {
        key,
        workspace,
        project,
        access,
    }))
}
