//! What an owner of keys wants done with one that leaked; without a word of theirs, what the profile says.

use crate::domain::App;
use crate::domain::access::{By, ManageProjects, ManageWorkspace, ReadKeys};
use crate::domain::audit::{self, Subject};
use crate::error::Result;
use crate::model::audit::Action;
use crate::model::ids::OwnerId;
use crate::model::leak::LeakAction;
use crate::model::workspace::{Project, Workspace};
use crate::store::db::commit;
use crate::store::{self, Tx};

/// What is done with keys of this owner.
pub(super) async fn of(tx: &Tx, app: &App, owner: OwnerId) -> Result<LeakAction> {
    let rule = store::leaks::rule(tx, owner).await?;
    Ok(rule.unwrap_or(app.profile.leaks.action))
}

/// What the owner of these keys has said, if anything.
pub async fn said(app: &App, proof: ReadKeys<'_>) -> Result<Option<LeakAction>> {
    Ok(store::leaks::rule(app.db.reader(), proof.ring().owner_id()).await?)
}

/// Says it for the keys of a project; nothing: as the profile says.
pub async fn set_for_project(
    app: &App,
    proof: ManageProjects<'_>,
    project: &Project,
    action: Option<LeakAction>,
) -> Result<()> {
    set(app, proof.workspace(), Some(project), proof.by(), action).await
}

/// Says it for the keys of a workspace, where those own keys.
pub async fn set_for_workspace(app: &App, proof: ManageWorkspace<'_>, action: Option<LeakAction>) -> Result<()> {
    set(app, proof.workspace(), None, proof.by(), action).await
}

async fn set(
    app: &App,
    workspace: &Workspace,
    project: Option<&Project>,
    by: &By,
    action: Option<LeakAction>,
) -> Result<()> {
    let owner = OwnerId(project.map_or(workspace.id.0, |project| project.id.0));
    let tx = app.db.begin().await?;
    let before = store::leaks::rule(&tx, owner).await?;
    if before == action {
        return Ok(());
    }
    store::leaks::set_rule(&tx, workspace.id, owner, action).await?;
    let words = |rule: Option<LeakAction>| match rule {
        Some(rule) => rule.to_string(),
        None => format!("as the API says ({})", app.profile.leaks.action),
    };
    let subject = Subject {
        project_id: project.map(|project| project.id),
        name: project.map_or(&workspace.name, |project| &project.name).clone(),
        details: format!("{} → {}", words(before), words(action)),
        ..Subject::default()
    };
    audit::record(&tx, app, workspace.id, by, Action::LeakRuleChanged, subject).await?;
    commit(tx).await?;
    Ok(())
}
