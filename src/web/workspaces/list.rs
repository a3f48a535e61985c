//! `GET /workspaces`: all of somebody's workspaces.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::{App, workspaces};
use crate::error::Result;
use crate::model::timestamp::Timestamp;
use crate::web::extract::Person;
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "workspaces/list.html")]
struct ListPage {
    page: Page,
    rows: Vec<Row>,
}

impl ListPage {
    fn count(&self) -> String {
        page::count(self.rows.len() as u64, ["workspace", "workspaces"])
    }
}

struct Row {
    name: String,
    url: String,
    role: &'static str,
    plan: String,
    suspended: bool,
    created_at: Timestamp,
}

/// The page.
pub async fn show(app: Data<App>, person: Person) -> Result<HttpResponse> {
    let memberships = workspaces::list(&app, &person.account).await?;
    let row = |membership: crate::model::workspace::Membership| Row {
        url: format!("/w/{}", membership.workspace.slug),
        role: membership.role.label(),
        plan: workspaces::plan_of(&app, &membership.workspace).label.clone(),
        suspended: membership.workspace.suspended_at.is_some(),
        created_at: membership.workspace.created_at,
        name: membership.workspace.name,
    };
    page::ok(&ListPage {
        page: person.page(&app, "workspaces"),
        rows: memberships.into_iter().map(row).collect(),
    })
}
