//! `GET /staff/workspaces/{id}`: a workspace, what it uses, and what happened in it lately.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;

use crate::domain::App;
use crate::domain::staff::workspace::{self, SeenWorkspace};
use crate::error::{AppError, Result};
use crate::model::ids::OwnerId;
use crate::model::staff::StaffRole;
use crate::model::timestamp::{Timestamp, plural};
use crate::model::workspace::Workspace;
use crate::profile::KeyOwner;
use crate::web::allowance;
use crate::web::extract::StaffPage;
use crate::web::page::{self, Page, StoppedKeys};
use crate::web::staff::card;
use crate::web::staff::refused::{self, Refused};
use crate::web::staff::trail::{self, Line};

#[derive(Template)]
#[template(path = "staff/workspace.html")]
struct WorkspacePage {
    page: Page,
    workspace: Workspace,
    plan: String,
    places: Vec<(String, String)>,
    limits: Vec<(String, String)>,
    /// `97 credits`, where there are any.
    credits: Option<String>,
    /// What has keys: its projects, or the workspace itself.
    parts: Vec<Part>,
    keys_here: bool,
    /// What the role of whoever looks allows.
    may_act: bool,
    may_administer: bool,
    members: Vec<Member>,
    trail: Vec<Line>,
    refusals: Vec<Refused>,
}

struct Part {
    name: String,
    slug: String,
    /// `3 keys`
    keys: String,
    last_used_at: Option<Timestamp>,
    suspended_at: Option<Timestamp>,
    embed_suspended_at: Option<Timestamp>,
    /// What comes before `/suspension` in addresses; empty where there is nothing to suspend.
    url: String,
    embed_url: String,
}

struct Member {
    email: String,
    url: String,
    role: &'static str,
    since: Timestamp,
}

/// The page.
pub async fn show(app: Data<App>, desk: StaffPage, id: Path<String>) -> Result<HttpResponse> {
    let id = id.parse().map_err(|_| AppError::NotFound)?;
    let seen = workspace::look(&app, &desk.staff, id).await?;
    page::ok(&workspace_page(&app, &desk, seen))
}

fn workspace_page(app: &App, desk: &StaffPage, seen: SeenWorkspace) -> WorkspacePage {
    let members = seen.members.iter().map(|member| Member {
        email: member.email.to_string(),
        url: format!("/staff/accounts/{}", member.account_id),
        role: member.role.label(),
        since: member.since,
    });
    let members = members.collect();
    let parts = parts(app, &seen);
    let refusals = seen.refusals.into_iter();
    let refusals = refusals.map(|(refused, key)| refused::of_any_key(app, refused, key));
    let mut page = desk.person.page(app, "staff");
    page.stops = StoppedKeys::of(&seen.workspace.name, &seen.workspace.stops, None);
    for project in &seen.projects {
        page.stops.extend(StoppedKeys::of(&project.name, &project.stops, None));
    }
    WorkspacePage {
        page,
        plan: seen.allowance.plan.label.clone(),
        places: allowance::places(app, &seen.allowance),
        limits: allowance::limits(&seen.allowance),
        credits: seen.credits.and_then(|balance| card::credits(app, balance)),
        keys_here: app.profile.api.keys_belong_to == KeyOwner::Workspace,
        may_act: desk.staff.may(StaffRole::Act),
        may_administer: desk.staff.may(StaffRole::Administer),
        parts,
        members,
        trail: trail::lines(seen.events),
        refusals: refusals.collect(),
        workspace: seen.workspace,
    }
}

fn parts(app: &App, seen: &SeenWorkspace) -> Vec<Part> {
    let part = |name: &str, slug: &str, owner: OwnerId, suspended_at: Option<Timestamp>| {
        let summary = seen.keys.get(&owner);
        let embed = seen.embed.iter().find(|partner| partner.owner_id == owner);
        Part {
            name: name.to_owned(),
            slug: slug.to_owned(),
            keys: plural(summary.map_or(0, |summary| summary.living), "key"),
            last_used_at: summary.and_then(|summary| summary.last_used_at),
            url: match app.profile.api.keys_belong_to {
                KeyOwner::Project => format!("/staff/projects/{owner}"),
                KeyOwner::Workspace => String::new(),
            },
            embed_url: match (&app.profile.embed, app.profile.api.keys_belong_to) {
                (None, _) => String::new(),
                (Some(_), KeyOwner::Project) => format!("/staff/projects/{owner}/embed"),
                (Some(_), KeyOwner::Workspace) => format!("/staff/workspaces/{owner}/embed"),
            },
            suspended_at,
            embed_suspended_at: embed.and_then(|partner| partner.suspended_at),
        }
    };
    match app.profile.api.keys_belong_to {
        KeyOwner::Workspace => vec![part("Keys", "", OwnerId(seen.workspace.id.0), None)],
        KeyOwner::Project => {
            let projects = seen.projects.iter();
            let part = |project: &crate::model::workspace::Project| {
                part(
                    &project.name,
                    &project.slug,
                    OwnerId(project.id.0),
                    project.suspended_at,
                )
            };
            projects.map(part).collect()
        }
    }
}
