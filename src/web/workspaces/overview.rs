//! `GET /w/{workspace}`: its projects, or its keys where the profile gives keys to workspaces.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::usage::report;
use crate::domain::{App, credits, onboarding, projects};
use crate::error::Result;
use crate::model::ids::OwnerId;
use crate::model::role::Deed;
use crate::model::timestamp::{Timestamp, plural};
use crate::profile::KeyOwner;
use crate::web::amounts::{grouped, title};
use crate::web::chart::Spark;
use crate::web::extract::WorkspacePage;
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "workspaces/overview.html")]
struct OverviewPage {
    page: Page,
    url: String,
    name: String,
    suspended: bool,
    may_create: bool,
    /// Whether keys hang on the workspace itself; then there is one row, for them.
    keys_here: bool,
    rows: Vec<Row>,
    /// How many steps there are to a first request.
    first_steps: usize,
    has_keys: bool,
    /// `Credits left: 97`, where there are any.
    credits: Option<String>,
}

impl OverviewPage {
    fn count(&self) -> String {
        page::count(self.rows.len() as u64, ["project", "projects"])
    }
}

struct Row {
    name: String,
    url: String,
    /// `3 keys`
    keys: String,
    last_used_at: Option<Timestamp>,
    /// All of its keys are refused.
    is_suspended: bool,
    spark: Spark,
    /// `12 requests today`
    today: String,
}

/// The page.
pub async fn show(app: Data<App>, workspace: WorkspacePage) -> Result<HttpResponse> {
    let standing = &workspace.standing;
    let keys_here = app.profile.api.keys_belong_to == KeyOwner::Workspace;
    let summaries = projects::key_summaries(&app, standing).await?;
    let daily = report::daily(&app, standing).await?;
    let row = |name: String, url: String, owner: OwnerId, is_suspended: bool| {
        let summary = summaries.get(&owner);
        let spark = Spark::new(&daily.get(&owner).copied().unwrap_or_default());
        Row {
            today: format!(
                "{} today",
                page::count(spark.today.unsigned_abs(), ["request", "requests"])
            ),
            spark,
            name,
            url,
            keys: plural(summary.map_or(0, |summary| summary.living), "key"),
            last_used_at: summary.and_then(|summary| summary.last_used_at),
            is_suspended,
        }
    };
    let mut page = workspace.page(&app, "overview");
    let rows = if keys_here {
        let url = format!("{}/keys", workspace.url());
        vec![row("Keys".to_owned(), url, OwnerId(standing.workspace.id.0), false)]
    } else {
        let projects = projects::list(&app, standing).await?;
        for project in &projects {
            let base = format!("{}/p/{}", workspace.url(), project.slug);
            page.stops
                .extend(workspace.stopped(&project.name, &project.stops, &base));
        }
        let projects = projects.into_iter();
        let url = |slug: &str| format!("{}/p/{slug}/keys", workspace.url());
        projects
            .map(|project| {
                let is_suspended = project.suspended_at.is_some();
                row(project.name, url(&project.slug), OwnerId(project.id.0), is_suspended)
            })
            .collect()
    };
    let left = match &app.profile.credits {
        None => None,
        Some(about) => {
            let balance = credits::balance(&app, standing.workspace.id).await?;
            Some(format!("{} left: {}", title(&about.unit), grouped(balance)))
        }
    };
    page::ok(&OverviewPage {
        page,
        url: workspace.url(),
        name: standing.workspace.name.clone(),
        suspended: standing.workspace.suspended_at.is_some(),
        may_create: standing.may(Deed::ManageProjects) && !keys_here,
        keys_here,
        has_keys: summaries.values().any(|summary| summary.living > 0),
        rows,
        first_steps: onboarding::left(&app, &standing.account, standing.workspace.id).await?,
        credits: left,
    })
}
