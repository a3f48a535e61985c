//! What a workspace's plan gives, and how much of it is used: for showing. What holds is decided by each creation.

use crate::domain::App;
use crate::domain::access::Standing;
use crate::error::Result;
use crate::model::workspace::Workspace;
use crate::profile::{Plan, RateLimit};
use crate::store;

/// How many places there are, and how many of them are taken.
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

/// A plan and its places.
#[derive(Clone, Debug)]
pub struct Allowance {
    pub plan: Plan,
    pub projects: Places,
    pub members: Places,
    /// By the label of the key type; then all types together, where the plan counts them.
    pub keys: Vec<(String, Places)>,
    /// As they are on this plan.
    pub limits: Vec<RateLimit>,
}

/// What the workspace has and uses; every member sees it.
pub async fn allowance(app: &App, standing: &Standing) -> Result<Allowance> {
    allowance_on(app, &standing.workspace, plan_of(app, &standing.workspace)).await
}

/// What it would have on a plan, and uses now.
pub(in crate::domain) async fn allowance_on(app: &App, workspace: &Workspace, plan: &Plan) -> Result<Allowance> {
    let (db, id) = (app.db.reader(), workspace.id);
    let mut by_type = Vec::new();
    for key_type in &app.profile.key_types {
        let places = Places {
            taken: store::keys::count_places(db, id, Some(&key_type.id)).await?,
            limit: plan.key_limit(&key_type.id),
        };
        if places.taken > 0 || places.limit != Some(0) {
            by_type.push((key_type.label.clone(), places));
        }
    }
    if plan.max_keys.is_some() {
        let taken = store::keys::count_places(db, id, None).await?;
        let limit = plan.max_keys;
        by_type.push(("All keys".to_owned(), Places { taken, limit }));
    }
    Ok(Allowance {
        plan: plan.clone(),
        projects: Places {
            taken: store::projects::count(db, id).await?,
            limit: plan.projects,
        },
        members: Places {
            taken: store::members::count(db, id).await?,
            limit: plan.members,
        },
        keys: by_type,
        limits: app
            .profile
            .limits
            .iter()
            .filter_map(|limit| app.profile.limit_on(plan, &limit.id).cloned())
            .collect(),
    })
}

/// A workspace on a plan that the profile no longer has is on the default one.
pub fn plan_of<'a>(app: &'a App, workspace: &Workspace) -> &'a Plan {
    app.profile
        .plan(&workspace.plan)
        .unwrap_or_else(|| app.profile.default_plan())
}
