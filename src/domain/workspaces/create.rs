//! Creating a workspace: the person who does it owns it.

use crate::domain::App;
use crate::domain::access::By;
use crate::domain::audit::{self, Subject};
use crate::domain::credits;
use crate::error::{AppError, Result};
use crate::model::account::Account;
use crate::model::audit::Action;
use crate::model::ids::WorkspaceId;
use crate::model::name::Name;
use crate::model::role::Role;
use crate::model::slug::Slug;
use crate::model::stop::Stops;
use crate::model::workspace::Workspace;
use crate::store::db::commit;
use crate::store::{self, Tx};

/// How many workspaces one person can make. Each costs everybody something, and may be given credits, while an account costs a
/// mail. What is counted is making, not owning: who hands a workspace on, or is handed one, changes nothing about it.
pub const MOST_OF_A_PERSON: u32 = 100;

/// Creates a workspace on a plan of the profile (the default when none is named). The operator makes as many as they like.
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
            stops: Stops::default(),
            created_at: app.now(),
        };
        let tx = app.db.begin().await?;
        count(&tx, by).await?;
        match store::workspaces::insert(&tx, &workspace).await {
            // Taken, by whomever: the random end of another id tells nothing about them.
            Err(store::Error::Duplicate) => {
                slug = wanted.with_suffix(&app.new_id().simple().to_string()[28..]);
                continue;
            }
            other => other?,
        }
        take_possession(&tx, app, owner, by, &workspace).await?;
        commit(tx).await?;
        return Ok(workspace);
    }
    Err(AppError::Internal(anyhow::anyhow!("no free slug for a workspace")))
}

/// In the transaction that creates it, so that what is not created is not counted.
async fn count(tx: &Tx, by: &By) -> Result<()> {
    let Some(person) = by.account() else {
        return Ok(());
    };
    if store::accounts::count_workspace(tx, person, MOST_OF_A_PERSON).await? {
        return Ok(());
    }
    Err(AppError::Conflict(format!(
        "You have made {MOST_OF_A_PERSON} workspaces, which is as many as one person can make. Rename one that is no longer used, or \
         ask support for another."
    )))
}

/// Creates a workspace on the default plan, inside the transaction that makes its owner's account. It is a gift, and counts as
/// nobody's making.
pub(in crate::domain) async fn create_first(
    tx: &Tx,
    app: &App,
    owner: &Account,
    by: &By,
    name: &str,
) -> Result<Workspace> {
    let wanted = Slug::from_name(name, "workspace");
    let id = WorkspaceId(app.new_id());
    let slug = match store::workspaces::find_by_slug(tx, wanted.as_str()).await? {
        None => wanted,
        Some(_) => wanted.with_suffix(&app.new_id().simple().to_string()[24..]),
    };
    let workspace = Workspace {
        id,
        slug: slug.to_string(),
        name: name.to_owned(),
        plan: app.profile.default_plan().id.clone(),
        suspended_at: None,
        stops: Stops::default(),
        created_at: app.now(),
    };
    store::workspaces::insert(tx, &workspace).await?;
    take_possession(tx, app, owner, by, &workspace).await?;
    Ok(workspace)
}

async fn take_possession(tx: &Tx, app: &App, owner: &Account, by: &By, workspace: &Workspace) -> Result<()> {
    store::members::insert(tx, workspace.id, owner.id, Role::Owner, app.now()).await?;
    credits::open(tx, app, workspace.id).await?;
    let subject = Subject {
        name: workspace.name.clone(),
        ..Subject::default()
    };
    audit::record(tx, app, workspace.id, by, Action::WorkspaceCreated, subject).await
}
