//! Creating a workspace: whoever does it owns it.

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::audit::Action;
use crate::model::ids::WorkspaceId;
use crate::model::name::Name;
use crate::model::role::Role;
use crate::model::slug::Slug;
use crate::model::workspace::Workspace;
use crate::store;
use crate::store::db::commit;

/// Creates a workspace on a plan of the profile (the default when none is named).
pub async fn create(app: &App, owner: &Account, by: &By, name: &str, plan: Option<&str>) -> Result<Workspace> {
    let name = Name::parse(name).map_err(|message| AppError::invalid("name", message))?;
    let plan = match plan {
        None => app.profile.default_plan(),
        Some(id) => app
            .profile
            .plan(id)
            .ok_or_else(|| AppError::invalid("plan", "There is no such plan."))?,
    };
    let wanted = Slug::from_name(name.as_str(), "workspace");
    let mut slug = wanted.clone();
    for _ in 0..8 {
        let id = WorkspaceId(app.new_id());
        let workspace = Workspace {
            id,
            slug: slug.to_string(),
            name: name.to_string(),
            plan: plan.id.clone(),
            suspended_at: None,
            created_at: app.now(),
        };
        let tx = app.db.begin().await?;
        match store::workspaces::insert(&tx, &workspace).await {
            // Taken, by whomever: the random end of another id tells nothing about them.
            Err(store::Error::Duplicate) => {
                slug = wanted.with_suffix(&app.new_id().simple().to_string()[28..]);
                continue;
            }
            other => other?,
        }
        store::members::insert(&tx, id, owner.id, Role::Owner, app.now()).await?;
        let subject = Subject {
            name: workspace.name.clone(),
            ..Subject::default()
        };
        audit::record(&tx, app, id, by, Action::WorkspaceCreated, subject).await?;
        commit(tx).await?;
        return Ok(workspace);
    }
    Err(AppError::Internal(anyhow::anyhow!("no free slug for a workspace")))
}
