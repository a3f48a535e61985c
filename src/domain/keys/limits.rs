//! The plan's places: how many keys a workspace may have, decided inside the transaction that takes one.

use crate::domain::App;
use crate::domain::workspaces::plan_of;
use crate::error::{AppError, Result};
use crate::model::timestamp::plural;
use crate::model::workspace::Workspace;
use crate::profile::{KeyType, Plan};
use crate::store::{self, Tx};

/// Locks the workspace, so that anybody else who creates a key in it waits, and takes a place or refuses.
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

/// How many places there are for keys of a type, and how many of them are taken: those of the type, or those of all types
/// together, whichever runs out first.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    pub taken: u64,
    pub limit: Option<u32>,
}

impl Places {
    /// How many are left; nothing when the plan sets no limit.
    pub fn left(&self) -> Option<u64> {
        self.limit.map(|limit| u64::from(limit).saturating_sub(self.taken))
    }
}

/// For showing on the form; the truth is decided when the key is made.
pub async fn places(app: &App, workspace: &Workspace, key_type: &KeyType) -> Result<Places> {
    let (db, plan) = (app.db.reader(), plan_of(app, workspace));
    let of_type = Places {
        taken: store::keys::count_places(db, workspace.id, Some(&key_type.id)).await?,
        limit: plan.key_limit(&key_type.id),
    };
    if plan.max_keys.is_none() {
        return Ok(of_type);
    }
    let of_all = Places {
        taken: store::keys::count_places(db, workspace.id, None).await?,
        limit: plan.max_keys,
    };
    let all_run_out_first = of_type.left().is_none_or(|left| of_all.left() < Some(left));
    Ok(if all_run_out_first { of_all } else { of_type })
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
