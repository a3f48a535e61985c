//! `GET /w/{workspace}/members`: who belongs to it, who is invited, and what each role may do.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use serde::Deserialize;

use crate::domain::{App, invitations, members};
use crate::error::{FieldErrors, Result};
use crate::model::role::{Deed, Role};
use crate::model::timestamp::Timestamp;
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::page::{self, Page};

/// Whom to invite.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    /// One a line.
    pub emails: String,
    pub role: String,
    /// What went well already.
    #[serde(skip)]
    pub sent: String,
}

#[derive(Template)]
#[template(path = "workspaces/members.html")]
struct MembersPage {
    page: Page,
    name: String,
    url: String,
    rows: Vec<Row>,
    roles: Vec<RoleRow>,
    form: InviteForm,
    errors: FieldErrors,
    /// To which roles this person may invite; none: to nothing.
    may_invite_as: Vec<Role>,
    invited: Vec<Invited>,
}

struct Invited {
    url: String,
    email: String,
    role: &'static str,
    by: String,
    sent_at: Timestamp,
    /// Nothing, when its time is over.
    until: Option<Timestamp>,
    /// Whether this person may send it again, and withdraw it.
    may_change: bool,
}

impl MembersPage {
    fn count(&self) -> String {
        page::count(self.rows.len() as u64, ["member", "members"])
    }
}

struct Row {
    email: String,
    is_you: bool,
    role: Role,
    since: Timestamp,
    /// `/w/acme/members/0192…`
    url: String,
    /// Whether this person may change the role, and end the membership.
    may_change: bool,
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
    let page = members_page(&app, &workspace, InviteForm::default(), FieldErrors::default()).await?;
    page::ok(&page)
}

/// The page with what is wrong about what was typed.
pub(super) async fn answer(
    app: &App,
    workspace: &WorkspacePage,
    form: InviteForm,
    errors: FieldErrors,
) -> Result<HttpResponse> {
    let page = members_page(app, workspace, form, errors).await?;
    page::html(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

async fn members_page(
    app: &App,
    workspace: &WorkspacePage,
    form: InviteForm,
    errors: FieldErrors,
) -> Result<MembersPage> {
    let standing = &workspace.standing;
    let (url, now) = (workspace.url(), app.now());
    let proof = standing.manage_members().ok();
    let members = members::list(app, standing).await?.into_iter();
    let invited = invitations::list(app, standing).await?.into_iter();
    let may_touch = |role: Role| proof.is_some_and(|proof| proof.may_touch(&[role]).is_ok());
    let invited = invited.map(|invitation| Invited {
        may_change: may_touch(invitation.role),
        url: format!("{url}/invitations/{}", invitation.id),
        email: invitation.email.to_string(),
        role: invitation.role.label(),
        until: (!invitation.is_over(now)).then_some(invitation.expires_at),
        by: invitation.invited_by_name,
        sent_at: invitation.sent_at,
    });

    let rows = members.map(|member| Row {
        is_you: member.account_id == standing.account.id,
        may_change: may_touch(member.role),
        url: format!("{url}/members/{}", member.account_id),
        email: member.email.to_string(),
        role: member.role,
        since: member.since,
    });
    let rows: Vec<Row> = rows.collect();
    Ok(MembersPage {
        page: workspace.page(app, "members"),
        name: standing.workspace.name.clone(),
        invited: invited.collect(),
        may_invite_as: proof.map(invitations::roles).unwrap_or_default(),
        url,
        rows,
        roles: Role::ALL.into_iter().rev().map(role_row).collect(),
        form,
        errors,
    })
}

/// Back to it, with what came of something.
pub(super) fn back(app: &App, workspace: &WorkspacePage, flash: &Flash) -> Result<HttpResponse> {
    Ok(page::redirect_with(app, &format!("{}/members", workspace.url()), flash))
}

fn role_row(role: Role) -> RoleRow {
    RoleRow {
        label: role.label(),
        meaning: role.meaning(),
        may: DEEDS.map(|(words, deed)| (words, role.may(deed))).to_vec(),
    }
}
