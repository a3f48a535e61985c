//! Carrying orders out: several in one transaction, each whole or not at all, none touched by the refusal of another.

use super::{Order, Outcome};
use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::domain::webhooks::announce;
use crate::error::{AppError, Result};
use crate::model::audit::Action;
use crate::model::credits::{Amount, CreditEntry, EntryKind, MOST, Short};
use crate::model::ids::WorkspaceId;
use crate::model::workspace::Workspace;
use crate::store::credits::NewBalance;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// How often a balance is tried to be changed that others change, too.
const ATTEMPTS: usize = 3;

/// Lines that wait to be written in one statement.
type Lines = Vec<(WorkspaceId, CreditEntry)>;

/// Carries out orders that are sorted by workspace: two nodes that have the same workspaces to change must not wait for each other
/// in a circle. The outcomes are in the same order. After an error nobody knows whether anything has happened.
pub(super) async fn carry_out(app: &App, orders: &[&Order]) -> Result<Vec<Outcome>> {
    let tx = app.db.begin().await?;
    let (mut lines, mut outcomes) = (Lines::new(), Vec::with_capacity(orders.len()));
    for order in orders {
        outcomes.push(carry_out_one(&tx, app, order, &mut lines).await?);
    }
    store::credits::insert(&tx, lines).await?;
    commit(tx).await?;
    Ok(outcomes)
}

/// Makes sure that a workspace has a balance: what the profile starts with, when it has none yet.
pub(in crate::domain) async fn open(tx: &Tx, app: &App, workspace: WorkspaceId) -> Result<()> {
    let Some(credits) = &app.profile.credits else {
        return Ok(());
    };
    let start = i64::from(credits.start);
    let is_low = credits.start < credits.low;
    let entries = i64::from(start > 0);
    let opened = store::credits::open(tx, workspace, start, entries, is_low).await?;
    if opened && start > 0 {
        let entry = CreditEntry {
            number: 1,
            amount: start,
            balance: start,
            kind: EntryKind::Start,
            reason: String::new(),
            key_id: None,
            idempotency_key: None,
            at: app.now(),
        };
        store::credits::insert(tx, vec![(workspace, entry)]).await?;
    }
    Ok(())
}

/// How long a reason in a ledger may be.
const LEDGER_REASON: usize = 200;

/// Carries out what support grants, with its line in the workspace's trail: both are there, or neither, and once for each nonce. (Not at
/// the till, which knows no trails.)
pub(in crate::domain) async fn grant_once(
    app: &App,
    by: &By,
    workspace: &Workspace,
    amount: Amount,
    reason: &str,
    nonce: &str,
) -> Result<Outcome> {
    let order = Order {
        workspace: workspace.id,
        amount,
        kind: EntryKind::Operator,
        // The trail has all of it.
        reason: reason.chars().take(LEDGER_REASON).collect(),
        key_id: None,
        idempotency_key: Some(format!("support:{nonce}")),
    };
    let tx = app.db.begin().await?;
    let mut lines = Lines::new();
    let outcome = carry_out_one(&tx, app, &order, &mut lines).await?;
    // Granted before, or not at all.
    if lines.is_empty() {
        return Ok(outcome);
    }
    store::credits::insert(&tx, lines).await?;
    let subject = Subject {
        name: workspace.name.clone(),
        details: format!("{} {}: {reason}", amount.get(), unit(app)),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace.id, by, Action::CreditsGranted, subject).await?;
    commit(tx).await?;
    Ok(outcome)
}

async fn carry_out_one(tx: &Tx, app: &App, order: &Order, lines: &mut Lines) -> Result<Outcome> {
    if let Some(key) = &order.idempotency_key {
        // What was ordered in this transaction already counts too.
        store::credits::insert(tx, std::mem::take(lines)).await?;
        open(tx, app, order.workspace).await?;
        // Two nodes must not both find nothing.
        store::credits::lock(tx, order.workspace).await?;
        if let Some(known) = store::credits::find_by_idempotency_key(tx, order.workspace, key).await? {
            return Ok(if order.wrote(&known) {
                Outcome::Done(known)
            } else {
                Outcome::UsedBefore
            });
        }
    }
    let amount = order.amount.get();
    for _ in 0..ATTEMPTS {
        if let Some(new) = store::credits::change(tx, order.workspace, order.amount).await? {
            tell_if_low(tx, app, order, new).await?;
            let entry = line(app, order, new);
            lines.push((order.workspace, entry.clone()));
            return Ok(Outcome::Done(entry));
        }
        match store::credits::balance(tx, order.workspace).await? {
            None => open(tx, app, order.workspace).await?,
            // Another node has changed it in between.
            Some(balance) if (0..=MOST).contains(&(balance + amount)) => {}
            Some(_) if amount > 0 => return Ok(Outcome::TooMuch),
            Some(balance) => {
                return Ok(Outcome::Short(Short {
                    needed: -amount,
                    balance,
                    unit: unit(app),
                }));
            }
        }
    }
    Err(AppError::Unavailable { retry_after_seconds: 1 })
}

fn line(app: &App, order: &Order, new: NewBalance) -> CreditEntry {
    CreditEntry {
        number: new.number,
        amount: order.amount.get(),
        balance: new.balance,
        kind: order.kind,
        reason: order.reason.clone(),
        key_id: order.key_id,
        idempotency_key: order.idempotency_key.clone(),
        at: app.now(),
    }
}

fn unit(app: &App) -> String {
    let credits = app.profile.credits.as_ref();
    credits.map_or_else(String::new, |credits| credits.unit.clone())
}

/// Once, when a balance becomes low; and again only after it was not.
async fn tell_if_low(tx: &Tx, app: &App, order: &Order, new: NewBalance) -> Result<()> {
    let low = app.profile.credits.as_ref().map_or(0, |credits| i64::from(credits.low));
    let is_low = new.balance < low;
    if is_low == new.was_low {
        return Ok(());
    }
    store::credits::set_low(tx, order.workspace, is_low).await?;
    if is_low {
        announce::credits_low(tx, app, order.workspace, new.balance).await?;
    }
    Ok(())
}
