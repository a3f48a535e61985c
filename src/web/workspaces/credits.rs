//! `GET /w/{workspace}/credits`: what the workspace has left and how that came about, newest first; `?before=` is the cursor.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::credits::{self, NamedKey};
use crate::domain::{App, projects};
use crate::error::{AppError, Result};
use crate::model::credits::{CreditEntry, EntryKind};
use crate::model::ids::{KeyId, ProjectId};
use crate::model::timestamp::Timestamp;
use crate::profile::{KeyOwner, Matched, Profile};
use crate::web::amounts::{grouped, title};
use crate::web::extract::WorkspacePage;
use crate::web::page::{self, Page};

/// How many lines a page shows.
const PAGE: u64 = 50;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursor {
    before: String,
}

#[derive(Template)]
#[template(path = "workspaces/credits.html")]
struct CreditsPage {
    page: Page,
    url: String,
    /// `Credits`
    title: String,
    /// `credits`
    unit: String,
    balance: String,
    /// What requests cost: their patterns, and how many each.
    costs: Vec<(String, String)>,
    rows: Vec<Row>,
    /// Whether newer lines exist than the ones shown.
    is_older: bool,
    next: String,
    /// `51–100 of 120 entries`
    shown: String,
}

struct Row {
    number: i64,
    at: Timestamp,
    /// `Requests`, or who did it.
    what: String,
    reason: String,
    /// Whether the reason is a request, and shown as one.
    is_request: bool,
    key: Option<NamedKey>,
    /// The page of the key, if it has one.
    key_url: String,
    /// `+100`, `−1`
    amount: String,
    balance: String,
}

/// The page.
pub async fn show(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    let about = app.profile.credits.as_ref().ok_or(AppError::NotFound)?;
    // A cursor that is none is the beginning.
    let cursor: Cursor = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let before = cursor.before.parse().ok();
    let (ledger, keys, counted) = credits::of_workspace(&app, &workspace.standing, before, PAGE).await?;
    let projects = projects::list(&app, &workspace.standing).await?.into_iter();
    let places = Places {
        workspace: workspace.url(),
        keys_here: app.profile.api.keys_belong_to == KeyOwner::Workspace,
        projects: projects.map(|project| (project.id, project.slug)).collect(),
        keys: keys.into_iter().map(|key| (key.id, key)).collect(),
    };
    let url = format!("{}/credits", workspace.url());
    let provider = &app.profile.api.name;
    page::ok(&CreditsPage {
        page: workspace.page(&app, "credits"),
        title: title(&about.unit),
        unit: about.unit.clone(),
        balance: grouped(ledger.balance),
        costs: costs(&app.profile),
        shown: page::range(counted, ledger.entries.len(), ["entry", "entries"]),
        rows: ledger
            .entries
            .into_iter()
            .map(|entry| row(entry, provider, &places))
            .collect(),
        is_older: before.is_some(),
        next: ledger
            .next
            .map(|number| format!("{url}?before={number}"))
            .unwrap_or_default(),
        url,
    })
}

fn costs(profile: &Profile) -> Vec<(String, String)> {
    let of_any = profile.cost(&Matched::default());
    let mut costs = Vec::new();
    for route in profile.routes.iter().filter(|route| !route.closed) {
        let cost = profile.cost(&Matched::by(route));
        if cost > 0 || of_any > 0 {
            let matches = route.matches.iter().map(ToString::to_string);
            costs.extend(matches.map(|one| (one, grouped(cost.into()))));
        }
    }
    if of_any > 0 {
        costs.push(("Any other request".to_owned(), grouped(of_any.into())));
    }
    costs
}

fn row(entry: CreditEntry, provider: &str, places: &Places) -> Row {
    let sign = if entry.amount > 0 { "+" } else { "" };
    let key = entry.key_id.and_then(|id| places.keys.get(&id)).cloned();
    Row {
        number: entry.number,
        at: entry.at,
        what: match entry.kind {
            EntryKind::Start => "Start".to_owned(),
            EntryKind::Request => "Request".to_owned(),
            EntryKind::Provider | EntryKind::Operator => format!("By {provider}"),
        },
        reason: entry.reason,
        is_request: entry.kind == EntryKind::Request,
        key_url: key.as_ref().map_or_else(String::new, |key| places.url_of(key)),
        key,
        amount: format!("{sign}{}", grouped(entry.amount)),
        balance: grouped(entry.balance),
    }
}

/// Where keys of this workspace have their pages.
struct Places {
    workspace: String,
    keys_here: bool,
    projects: HashMap<ProjectId, String>,
    keys: HashMap<KeyId, NamedKey>,
}

impl Places {
    fn url_of(&self, key: &NamedKey) -> String {
        let project = key.project_id.and_then(|id| self.projects.get(&id));
        match (project, self.keys_here) {
            (Some(slug), false) => format!("{}/p/{slug}/keys/{}", self.workspace, key.id),
            (None, true) => format!("{}/keys/{}", self.workspace, key.id),
            _ => String::new(),
        }
    }
}
