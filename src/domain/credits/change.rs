//! Changing a balance because the provider says so: through their own systems, which have a service token, or
//! at the command line.

use super::carry_out::carry_out;
use super::{Order, Outcome};
use crate::domain::App;
use crate::error::{AppError, Result};
use crate::model::credits::{Amount, CreditEntry, EntryKind, Short};
use crate::model::ids::{KeyId, WorkspaceId};
use crate::model::workspace::Workspace;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Change {
    pub amount: Amount,
    pub reason: String,
    pub idempotency_key: Option<String>,
}

/// Whose balance it is, and which key the ledger names.
#[derive(Clone, Debug)]
pub struct Whose {
    pub workspace: Workspace,
    pub key_id: Option<KeyId>,
}

/// Changes the balance, or says how much it is short of. The workspace may be suspended: what it owes or is given has nothing to do
/// with that.
pub async fn change(app: &App, whose: &Whose, change: Change) -> Result<std::result::Result<CreditEntry, Short>> {
    let order = Order {
        workspace: whose.workspace.id,
        amount: change.amount,
        kind: EntryKind::Provider,
        reason: change.reason,
        key_id: whose.key_id,
        idempotency_key: change.idempotency_key,
    };
    settled(app.till.carry_out(order).await?)
}

/// The same, at the command line: beside a server, whose till is its own.
pub async fn change_by_operator(
    app: &App,
    workspace: WorkspaceId,
    amount: Amount,
    reason: String,
) -> Result<std::result::Result<CreditEntry, Short>> {
    let order = Order {
        workspace,
        amount,
        kind: EntryKind::Operator,
        reason,
        key_id: None,
        idempotency_key: None,
    };
    let outcomes = carry_out(app, &[&order]).await?;
    settled(outcomes.into_iter().next().unwrap_or(Outcome::TooMuch))
}

fn settled(outcome: Outcome) -> Result<std::result::Result<CreditEntry, Short>> {
    match outcome {
        Outcome::Done(entry) => Ok(Ok(entry)),
        Outcome::Short(short) => Ok(Err(short)),
        Outcome::TooMuch => Err(AppError::Conflict(
            "The balance would be larger than a balance can be.".to_owned(),
        )),
        Outcome::UsedBefore => Err(AppError::Conflict(
            "This idempotency key was used for another change of this workspace’s balance: use a new one for each."
                .to_owned(),
        )),
    }
}
