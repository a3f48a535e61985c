//! The plan's places: how many keys a workspace may have, decided inside the transaction that takes one.

use crate::domain::App;
use crate::domain::workspaces::{Places, plan_of};
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

/// The places for keys of a type: those of the type, or those of all types together, whichever runs out first. For showing on the
/// form; the truth is decided when the key is made.
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
