//! Looking at a workspace: what it has, what it uses, who belongs to it, and what happened in it lately.

use std::collections::HashMap;

use crate::domain::App;
use crate::domain::access::desk::Staff;
use crate::domain::credits::{self, NamedKey};
use crate::domain::staff::trail;
use crate::domain::workspaces::{self, Allowance};
use crate::error::{AppError, Result};
use crate::model::audit::{Action, AuditEvent};
use crate::model::embed::Partner;
use crate::model::ids::{KeyId, OwnerId, WorkspaceId};
use crate::model::refused_request::RefusedRequest;
use crate::model::workspace::{Member, Project, Workspace};
use crate::store;
use crate::store::db::commit;
use crate::store::keys::Summary;

/// A workspace, as support sees it.
#[derive(Clone, Debug)]
pub struct SeenWorkspace {
    pub workspace: Workspace,
    pub allowance: Allowance,
    pub members: Vec<Member>,
    pub projects: Vec<Project>,
    /// What there is to say of the keys of each project, or of the workspace's own.
    pub keys: HashMap<OwnerId, Summary>,
    /// Where embed mode was ever enabled or suspended.
    pub embed: Vec<Partner>,
    /// What the workspace has left, where there are credits.
    pub credits: Option<i64>,
    /// The last ones, newest first, without looks by support.
    pub events: Vec<AuditEvent>,
    /// The last ones, newest first, each with the name of its key.
    pub refusals: Vec<(RefusedRequest, Option<NamedKey>)>,
}

/// How many lines of the trail, and how many refusals, somebody is likely to ask about.
const LATEST: u64 = 10;

/// The workspace with this id. The look is in its trail before anything is shown.
pub async fn look(app: &App, staff: &Staff, id: WorkspaceId) -> Result<SeenWorkspace> {
    let workspace = open(app, staff, id).await?;
    let db = app.db.reader();
    let summaries = store::keys::summaries(db, id).await?;
    let left = match &app.profile.credits {
        Some(_) => Some(credits::balance(app, id).await?),
        None => None,
    };
    let embed = match &app.profile.embed {
        Some(_) => store::embed_partners::list(db, id).await?,
        None => Vec::new(),
    };
    let allowance = workspaces::allowance_on(app, &workspace, workspaces::plan_of(app, &workspace)).await?;
    Ok(SeenWorkspace {
        allowance,
        members: store::members::list(db, id).await?,
        projects: store::projects::list(db, id).await?,
        keys: summaries.into_iter().map(|summary| (summary.owner, summary)).collect(),
        embed,
        credits: left,
        events: store::audit::list_without_looks(db, id, None, LATEST).await?,
        refusals: refusals(app, id).await?,
        workspace,
    })
}

/// The workspace alone, for a page that names it: that is a look, too.
pub async fn open(app: &App, staff: &Staff, id: WorkspaceId) -> Result<Workspace> {
    let found = store::workspaces::find(app.db.reader(), id).await?;
    let workspace = found.ok_or(AppError::NotFound)?;
    let tx = app.db.begin().await?;
    trail::of_workspace(&tx, app, staff.by(), &workspace, Action::WorkspaceLookedUp, "").await?;
    commit(tx).await?;
    Ok(workspace)
}

async fn refusals(app: &App, id: WorkspaceId) -> Result<Vec<(RefusedRequest, Option<NamedKey>)>> {
    let db = app.db.reader();
    let refused = store::refused_requests::of_workspace(db, id, LATEST).await?;
    let keys: Vec<KeyId> = refused.iter().filter_map(|refused| refused.key).collect();
    let named = store::credits::keys(db, id, &keys).await?;
    let with_key = |refused: RefusedRequest| {
        let key = named.iter().find(|named| Some(named.id) == refused.key).cloned();
        (refused, key)
    };
    Ok(refused.into_iter().map(with_key).collect())
}
