//! `/w/{workspace}/members/{member}/…`: what a member may do from now on, and taking members out; `…/departure`: leaving by oneself.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use askama::Template;
use serde::Deserialize;

use super::members::back;
use crate::domain::{App, invitations, members, projects};
use crate::error::{AppError, Result};
use crate::model::ids::AccountId;
use crate::model::key::Key;
use crate::model::role::{Deed, Role};
use crate::model::workspace::Member;
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::form::{Button, Form};
use crate::web::keys::words::{self, Badge};
use crate::web::page::{self, Page};

/// What stands in the path.
#[derive(Debug, Deserialize)]
pub struct Which {
    member: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    role: String,
}

#[derive(Template)]
#[template(path = "workspaces/removal.html")]
struct RemovalPage {
    page: Page,
    name: String,
    members_url: String,
    /// Where the form goes.
    action: String,
    member: Member,
    is_you: bool,
    keys: Vec<Row>,
    /// Whether there are more than are listed.
    is_more: bool,
    /// Whether whoever looks may roll and revoke them.
    may_manage_keys: bool,
}

struct Row {
    key: Key,
    url: String,
    badge: Badge,
}

impl Which {
    async fn member(&self, app: &App, workspace: &WorkspacePage) -> Result<Member> {
        let id: AccountId = self.member.parse().map_err(|_| AppError::NotFound)?;
        members::find(app, &workspace.standing, id).await
    }
}

/// `POST /w/{workspace}/members/{member}/role`
pub async fn change_role(
    app: Data<App>,
    workspace: WorkspacePage,
    which: Path<Which>,
    form: Form<RoleForm>,
) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_members()?;
    let member = which.member(&app, &workspace).await?;
    let role = form.0.role.parse::<Role>().ok();
    let Some(role) = role.filter(|role| invitations::roles(proof).contains(role)) else {
        return back(&app, &workspace, &Flash::bad("Choose a role, at most your own."));
    };
    let flash = match members::change_role(&app, proof, member.email.as_str(), role).await {
        Ok(()) => Flash::good(format!(
            "{} is {} from the next request on.",
            member.email,
            role.label()
        )),
        Err(AppError::Conflict(why)) => Flash::bad(why),
        Err(other) => return Err(other),
    };
    back(&app, &workspace, &flash)
}

/// `GET /w/{workspace}/members/{member}/removal`
pub async fn show_removal(app: Data<App>, workspace: WorkspacePage, which: Path<Which>) -> Result<HttpResponse> {
    let standing = &workspace.standing;
    let member = which.member(&app, &workspace).await?;
    let is_you = member.account_id == standing.account.id;
    if !is_you {
        standing.manage_members()?.may_touch(&[member.role])?;
    }
    let (url, now) = (workspace.url(), app.now());
    let places = projects::list(&app, standing).await?;
    let (keys, is_more) = members::keys_made_by(&app, standing, member.account_id).await?;
    let row = |key: Key| Row {
        url: match places.iter().find(|project| Some(project.id) == key.project_id) {
            Some(project) => format!("{url}/p/{}/keys/{}", project.slug, key.id),
            None => format!("{url}/keys/{}", key.id),
        },
        badge: words::badge(&key, now),
        key,
    };
    page::ok(&RemovalPage {
        page: workspace.page(&app, "members"),
        name: standing.workspace.name.clone(),
        action: if is_you {
            format!("{url}/departure")
        } else {
            format!("{url}/members/{}/removal", member.account_id)
        },
        members_url: format!("{url}/members"),
        keys: keys.into_iter().map(row).collect(),
        is_more,
        may_manage_keys: standing.may(Deed::ManageKeys),
        is_you,
        member,
    })
}

/// `POST /w/{workspace}/members/{member}/removal`
pub async fn remove(
    app: Data<App>,
    workspace: WorkspacePage,
    which: Path<Which>,
    _: Form<Button>,
) -> Result<HttpResponse> {
    let proof = workspace.standing.manage_members()?;
    let member = which.member(&app, &workspace).await?;
    if member.account_id == workspace.standing.account.id {
        return leave(&app, &workspace).await;
    }
    let flash = match members::remove(&app, proof, member.email.as_str()).await {
        Ok(()) => Flash::good(format!("{} is no member any more.", member.email)),
        Err(AppError::Conflict(why)) => Flash::bad(why),
        Err(other) => return Err(other),
    };
    back(&app, &workspace, &flash)
}

/// `POST /w/{workspace}/departure`
pub async fn depart(app: Data<App>, workspace: WorkspacePage, _: Form<Button>) -> Result<HttpResponse> {
    leave(&app, &workspace).await
}

async fn leave(app: &App, workspace: &WorkspacePage) -> Result<HttpResponse> {
    match members::leave(app, &workspace.standing).await {
        Ok(()) => {
            let flash = Flash::good(format!("You have left {}.", workspace.standing.workspace.name));
            Ok(page::redirect_with(app, "/workspaces", &flash))
        }
        Err(AppError::Conflict(why)) => back(app, workspace, &Flash::bad(why)),
        Err(other) => Err(other),
    }
}
