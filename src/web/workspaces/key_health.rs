//! `/w/{workspace}/key-health`: which keys something may be wrong with, and what to do about it. The CSV beside it says the same of all
//! of them.

pub mod mail;
mod query;
mod table;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use crate::domain::key_health::{self, Line, Question, Section};
use crate::domain::{App, projects};
use crate::error::Result;
use crate::model::ids::{KeyId, ProjectId};
use crate::model::key_health::{Finding, MOST_ADDRESSES};
use crate::model::role::Deed;
use crate::model::workspace::Project;
use crate::web::extract::WorkspacePage;
use crate::web::page::{self, Moment, Page};
use query::Query;

/// How many keys of one finding a page has.
const PAGE_SIZE: u64 = 50;

#[derive(Template)]
#[template(path = "workspaces/key_health.html")]
struct HealthPage {
    page: Page,
    url: String,
    csv_url: String,
    query: Query,
    projects: Vec<(String, String)>,
    may_manage: bool,
    groups: Vec<Group>,
    /// Whether the page is about one finding.
    is_one: bool,
    newest: String,
    next: String,
    /// When the next mail comes, if they want it.
    mail_at: Option<Moment>,
    /// Whether they can be written to.
    is_confirmed: bool,
}

struct Group {
    finding: Finding,
    title: &'static str,
    advice: &'static str,
    /// `12 keys`
    count: String,
    /// What its fourth column says.
    about: &'static str,
    rows: Vec<Row>,
    /// Where the rest is.
    all_url: String,
    is_more: bool,
}

struct Row {
    name: String,
    prefix: String,
    url: String,
    project: String,
    environment: &'static str,
    made_by: String,
    at: Option<Moment>,
    text: String,
    scopes: Vec<String>,
    /// What to do about it, and where.
    deed: (&'static str, String),
}

/// `GET /w/{workspace}/key-health`
pub async fn show(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    let places = projects::list(&app, &workspace.standing).await?;
    let query = Query::of(request.query_string(), &places);
    let question = query.question(&places);
    let url = format!("{}/key-health", workspace.url());
    let (sections, next) = match query.finding() {
        None => (key_health::overview(&app, &workspace.standing, question).await?, None),
        Some(finding) => {
            let section = of_finding(&app, &workspace, question, finding, query.before(), PAGE_SIZE).await?;
            let next = section.next;
            (vec![section], next)
        }
    };
    let page = workspace.page(&app, "key-health");
    let links = Links {
        workspace: workspace.url(),
        projects: &places,
    };
    let group = |section: Section| Group {
        finding: section.finding,
        title: section.finding.title(),
        advice: section.finding.advice(),
        count: page::count(section.count, ["key", "keys"]),
        about: about(section.finding),
        all_url: format!("{url}{}", query.all_of(section.finding)),
        is_more: section.next.is_some(),
        rows: section
            .lines
            .into_iter()
            .map(|line| links.row(&page, section.finding, line))
            .collect(),
    };
    page::ok(&HealthPage {
        groups: sections.into_iter().map(group).collect(),
        may_manage: workspace.standing.may(Deed::ManageKeys),
        is_one: query.finding().is_some(),
        newest: if query.before().is_some() {
            format!("{url}{}", query.from(None))
        } else {
            String::new()
        },
        mail_at: key_health::mail::next(&app, &workspace.standing)
            .await?
            .map(|at| page.moment(&at)),
        is_confirmed: workspace.standing.account.email_confirmed_at.is_some(),
        next: next.map_or_else(String::new, |next| format!("{url}{}", query.from(Some(next)))),
        csv_url: format!("{url}.csv{}", query.from(None)),
        projects: places
            .iter()
            .map(|project| (project.slug.clone(), project.name.clone()))
            .collect(),
        url,
        query,
        page,
    })
}

/// `GET /w/{workspace}/key-health.csv`
pub async fn csv(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    let places = projects::list(&app, &workspace.standing).await?;
    let query = Query::of(request.query_string(), &places);
    table::answer(&app, &workspace, &query, &places).await
}

async fn of_finding(
    app: &App,
    workspace: &WorkspacePage,
    question: Question<'_>,
    finding: Finding,
    before: Option<KeyId>,
    limit: u64,
) -> Result<Section> {
    key_health::of_finding(app, &workspace.standing, question, finding, before, limit).await
}

/// What is said of a key beside its name.
fn about(finding: Finding) -> &'static str {
    match finding {
        Finding::ManyAddresses => "In 7 days",
        Finding::ShownNeverUsed => "Shown",
        Finding::NeverUsed => "Made",
        Finding::UnusedScopes => "Not needed",
        Finding::EndsSoon => "Expires",
        Finding::MakerLeft | Finding::Idle | Finding::NeverEnds => "Last used",
    }
}

struct Links<'a> {
    workspace: String,
    projects: &'a [Project],
}

impl Links<'_> {
    fn row(&self, page: &Page, finding: Finding, line: Line) -> Row {
        let Line { key, addresses, unused } = line;
        let url = self.key(key.project_id, key.id);
        let at = match finding {
            Finding::ManyAddresses | Finding::UnusedScopes => None,
            Finding::ShownNeverUsed => key.revealed_at,
            Finding::NeverUsed => Some(key.created_at),
            Finding::EndsSoon => key.expires_at,
            Finding::MakerLeft | Finding::Idle | Finding::NeverEnds => key.last_use.as_ref().map(|last| last.at),
        };
        let text = match finding {
            Finding::ManyAddresses => page::count(addresses, ["address", "addresses"]),
            _ if at.is_none() && unused.is_empty() => "never".to_owned(),
            _ => String::new(),
        };
        let deed = match finding {
            Finding::ManyAddresses => ("Who uses it", format!("{url}/callers")),
            Finding::ShownNeverUsed | Finding::NeverUsed | Finding::Idle => ("Revoke", format!("{url}/revocation")),
            Finding::UnusedScopes => ("Take them off", format!("{url}/edit?take_off=unused")),
            Finding::MakerLeft | Finding::EndsSoon => ("Roll", format!("{url}/roll")),
            Finding::NeverEnds => ("Edit", format!("{url}/edit")),
        };
        Row {
            project: self
                .project(key.project_id)
                .map_or_else(String::new, |project| project.name.clone()),
            at: at.map(|at| page.moment(&at)),
            environment: key.environment.as_str(),
            name: key.name,
            prefix: key.display_prefix,
            made_by: key.created_by,
            scopes: unused,
            url,
            text,
            deed,
        }
    }

    fn project(&self, id: Option<ProjectId>) -> Option<&Project> {
        self.projects.iter().find(|project| Some(project.id) == id)
    }

    fn key(&self, project: Option<ProjectId>, key: KeyId) -> String {
        match self.project(project) {
            Some(project) => format!("{}/p/{}/keys/{key}", self.workspace, project.slug),
            None => format!("{}/keys/{key}", self.workspace),
        }
    }
}
