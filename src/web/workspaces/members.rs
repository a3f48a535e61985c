//! `GET /w/{workspace}/members`: who belongs to it, and what each role may do.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;

use crate::domain::{App, members};
use crate::error::Result;
use crate::model::role::{Deed, Role};
use crate::model::timestamp::Timestamp;
use crate::web::extract::WorkspacePage;
use crate::web::page::{self, Page};

#[derive(Template)]
#[template(path = "workspaces/members.html")]
struct MembersPage {
    page: Page,
    name: String,
    rows: Vec<Row>,
    roles: Vec<RoleRow>,
}

impl MembersPage {
    fn count(&self) -> String {
        page::count(self.rows.len() as u64, ["member", "members"])
    }
}

struct Row {
    email: String,
    is_you: bool,
    role: &'static str,
    since: Timestamp,
}

struct RoleRow {
    label: &'static str,
    meaning: &'static str,
    /// In the order of [`DEEDS`].
    may: Vec<(&'static str, bool)>,
}

const DEEDS: [(&str, Deed); 5] = [
    ("See keys", Deed::Read),
    ("Manage keys", Deed::ManageKeys),
    ("Manage projects", Deed::ManageProjects),
    ("Settings, members, audit", Deed::ManageWorkspace),
    ("Decide owners", Deed::ManageOwners),
];

/// The page.
pub async fn show(app: Data<App>, workspace: WorkspacePage) -> Result<HttpResponse> {
    let standing = &workspace.standing;
    let members = members::list(&app, standing).await?.into_iter();
    let rows = members.map(|member| Row {
        is_you: member.account_id == standing.account.id,
        email: member.email.to_string(),
        role: member.role.label(),
        since: member.since,
    });
    page::ok(&MembersPage {
        page: workspace.page(&app, "members"),
        name: standing.workspace.name.clone(),
        rows: rows.collect(),
        roles: Role::ALL.into_iter().rev().map(role_row).collect(),
    })
}

fn role_row(role: Role) -> RoleRow {
    RoleRow {
        label: role.label(),
        meaning: role.meaning(),
        may: DEEDS.map(|(words, deed)| (words, role.may(deed))).to_vec(),
    }
}
