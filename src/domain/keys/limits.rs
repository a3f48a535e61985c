//! The plan's places: how many keys a workspace may have, decided inside the transaction that takes one.

use crate::domain::App;
use crate::domain::workspaces::plan_of;
use crate::error::{AppError, Result};
use crate::model::timestamp::plural;
use crate::model::workspace::Workspace;
use crate::profile::{KeyType, Plan};
use crate::store::{self, Tx};

/// Locks the workspace, so that whoever else creates a key in it waits, and takes a place or refuses.
pub(super) async fn take_place(tx: &Tx, app: &App, workspace: &Workspace, key_type: &KeyType) -> Result<()> {
    let workspace = store::workspaces::lock(tx, workspace.id)
        .await?
        .ok_or(AppError::NotFound)?;
    let plan = plan_of(app, &workspace);
    if let Some(limit) = plan.key_limit(&key_type.id) {
        let taken = store::keys::count_places(tx, workspace.id, Some(&key_type.id)).await?;
        if taken >= u64::from(limit) {
            return Err(AppError::PlanLimit(full(plan, limit, &key_type.label.to_lowercase())));
        }
    }
    if let Some(limit) = plan.max_keys {
        let taken = store::keys::count_places(tx, workspace.id, None).await?;
        if taken >= u64::from(limit) {
            return Err(AppError::PlanLimit(full(plan, limit, "key")));
        }
    }
    Ok(())
}

/// How many places of a type are taken, and how many the plan has.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    pub taken: u64,
    pub limit: Option<u32>,
}

/// For showing on the form; the truth is decided when the key is made.
pub async fn places(app: &App, workspace: &Workspace, key_type: &KeyType) -> Result<Places> {
    let taken = store::keys::count_places(app.db.reader(), workspace.id, Some(&key_type.id)).await?;
    Ok(Places {
        taken,
        limit: plan_of(app, workspace).key_limit(&key_type.id),
    })
}

fn full(plan: &Plan, limit: u32, noun: &str) -> String {
    if limit == 0 {
        return format!("The {} plan has no {noun}s.", plan.label);
    }
    format!(
        "The {} plan has {}, and all are taken. Revoke one that is no longer used, or change the plan.",
        plan.label,
        plural(i64::from(limit), noun)
    )
}
