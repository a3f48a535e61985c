//! `GET /w/{workspace}/audit`: who did what, newest first; `?before=` is the cursor.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, audit, projects};
use crate::error::{AppError, Result};
use crate::model::audit::{Action, AuditEvent};
use crate::model::ids::ProjectId;
use crate::model::timestamp::Timestamp;
use crate::profile::KeyOwner;
use crate::web::extract::WorkspacePage;
use crate::web::page::{self, Page};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursor {
    before: String,
}

#[derive(Template)]
#[template(path = "workspaces/audit.html")]
struct AuditPage {
    page: Page,
    url: String,
    rows: Vec<Row>,
    /// Whether newer lines exist than the ones shown.
    is_older: bool,
    next: String,
    /// `51–100 of 120 entries`
    shown: String,
}

struct Row {
    at: Timestamp,
    who: String,
    /// What kind of actor, where it is not a member: `Support`, `Key`.
    kind: &'static str,
    tone: &'static str,
    what: String,
    subject: String,
    /// The page of what it was done to, if it has one.
    subject_url: String,
    details: String,
    address: Option<String>,
}

/// The page.
pub async fn show(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    let proof = workspace
        .standing
        .manage_workspace()
        .map_err(|_| AppError::Forbidden("Only admins and owners read the audit trail."))?;
    // A cursor that is none is the beginning.
    let cursor: Cursor = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let before = cursor.before.parse().ok();
    let trail = audit::page(&app, proof, before).await?;
    let projects = projects::list(&app, &workspace.standing).await?.into_iter();
    let places = Places {
        workspace: workspace.url(),
        keys_here: app.profile.api.keys_belong_to == KeyOwner::Workspace,
        projects: projects.map(|project| (project.id, project.slug)).collect(),
    };
    let url = format!("{}/audit", workspace.url());
    page::ok(&AuditPage {
        page: workspace.page(&app, "audit"),
        shown: page::range(trail.counted, trail.events.len(), ["entry", "entries"]),
        rows: trail.events.into_iter().map(|event| row(event, &places)).collect(),
        is_older: before.is_some(),
        next: trail.next.map(|id| format!("{url}?before={id}")).unwrap_or_default(),
        url,
    })
}

fn row(event: AuditEvent, places: &Places) -> Row {
    Row {
        kind: match event.actor_kind.as_str() {
            "staff" => "Support",
            "key" => "Key",
            _ => "",
        },
        tone: if event.actor_kind == "staff" { "warn" } else { "" },
        what: Action::sentence(&event.action).to_owned(),
        subject_url: places.url_of(&event),
        at: event.at,
        who: match event.actor_kind.as_str() {
            "operator" => "The operator".to_owned(),
            _ => event.actor_name,
        },
        subject: event.subject,
        details: event.details,
        address: event.address,
    }
}

/// Where things of this workspace have their pages.
struct Places {
    workspace: String,
    keys_here: bool,
    projects: HashMap<ProjectId, String>,
}

impl Places {
    fn url_of(&self, event: &AuditEvent) -> String {
        let project = event.project_id.and_then(|id| self.projects.get(&id));
        match (event.key_id, project, self.keys_here) {
            (Some(key), Some(slug), false) => format!("{}/p/{slug}/keys/{key}", self.workspace),
            (Some(key), None, true) => format!("{}/keys/{key}", self.workspace),
            (None, Some(slug), false) => format!("{}/p/{slug}", self.workspace),
            _ => String::new(),
        }
    }
}
