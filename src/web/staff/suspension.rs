//! `/staff/workspaces/{workspace}/suspension`, `…/suspension/removal`, and the same of projects and of embed partnerships.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use crate::domain::App;
use crate::domain::staff::reason;
use crate::domain::staff::suspend::{self, Target};
use crate::error::{AppError, Result};
use crate::web::extract::StaffPage;
use crate::web::flash::Flash;
use crate::web::page;
use crate::web::staff::deed::{self, Deed, DeedForm};
use crate::web::staff::form::StaffForm;

/// What the address says.
#[derive(Clone, Copy)]
enum Kind {
    Workspace,
    Project,
    EmbedOfWorkspace,
    EmbedOfProject,
}

/// Pages and forms of one kind: suspending, and resuming.
macro_rules! pages {
    ($($kind:ident: $ask:ident $submit:ident $ask_removal:ident $submit_removal:ident;)*) => {$(
        /// Asks why.
        pub async fn $ask(app: Data<App>, desk: StaffPage, id: Path<String>) -> Result<HttpResponse> {
            ask(&app, &desk, Kind::$kind, &id, true).await
        }

        /// Suspends.
        pub async fn $submit(app: Data<App>, id: Path<String>, form: StaffForm<DeedForm>) -> Result<HttpResponse> {
            submit(&app, form, Kind::$kind, &id, true).await
        }

        /// Asks why.
        pub async fn $ask_removal(app: Data<App>, desk: StaffPage, id: Path<String>) -> Result<HttpResponse> {
            ask(&app, &desk, Kind::$kind, &id, false).await
        }

        /// Resumes.
        pub async fn $submit_removal(app: Data<App>, id: Path<String>, form: StaffForm<DeedForm>) -> Result<HttpResponse> {
            submit(&app, form, Kind::$kind, &id, false).await
        }
    )*};
}

pages! {
    Workspace: ask_workspace submit_workspace ask_workspace_removal submit_workspace_removal;
    Project: ask_project submit_project ask_project_removal submit_project_removal;
    EmbedOfWorkspace: ask_embed_of_workspace submit_embed_of_workspace ask_embed_of_workspace_removal
        submit_embed_of_workspace_removal;
    EmbedOfProject: ask_embed_of_project submit_embed_of_project ask_embed_of_project_removal
        submit_embed_of_project_removal;
}

async fn ask(app: &App, desk: &StaffPage, kind: Kind, id: &str, suspends: bool) -> Result<HttpResponse> {
    desk.staff.act()?;
    let target = target(app, desk, kind, id).await?;
    deed::ask(app, desk, deed(kind, id, &target, suspends), DeedForm::default())
}

async fn submit(app: &App, form: StaffForm<DeedForm>, kind: Kind, id: &str, suspends: bool) -> Result<HttpResponse> {
    let StaffForm { desk, form } = form;
    let proof = desk.staff.act()?;
    let target = target(app, &desk, kind, id).await?;
    let deed = deed(kind, id, &target, suspends);
    let reason = match reason::read(app, &form.reason) {
        Ok(reason) => reason,
        Err(error) => return deed::again(app, &desk, deed, form, error),
    };
    suspend::set(app, proof, &target, suspends, &reason).await?;
    let words = if suspends { "is suspended" } else { "is resumed" };
    let flash = Flash::good(format!("{} {words}, from the next request on.", deed.about));
    Ok(page::redirect_with(app, &deed.back, &flash))
}

async fn target(app: &App, desk: &StaffPage, kind: Kind, id: &str) -> Result<Target> {
    let not_found = |_| AppError::NotFound;
    let staff = &desk.staff;
    match kind {
        Kind::Workspace => suspend::workspace(app, staff, id.parse().map_err(not_found)?).await,
        Kind::Project => suspend::project(app, staff, id.parse().map_err(not_found)?).await,
        Kind::EmbedOfWorkspace => suspend::embed_of_workspace(app, staff, id.parse().map_err(not_found)?).await,
        Kind::EmbedOfProject => suspend::embed_of_project(app, staff, id.parse().map_err(not_found)?).await,
    }
}

fn deed(kind: Kind, id: &str, target: &Target, suspends: bool) -> Deed {
    let back = format!("/staff/workspaces/{}", target.workspace().id);
    let (title, means) = words(kind, suspends);
    let of = match kind {
        Kind::Workspace => format!("workspaces/{id}"),
        Kind::Project => format!("projects/{id}"),
        Kind::EmbedOfWorkspace => format!("workspaces/{id}/embed"),
        Kind::EmbedOfProject => format!("projects/{id}/embed"),
    };
    let removal = if suspends { "" } else { "/removal" };
    let name = target
        .project()
        .map_or(&target.workspace().name, |project| &project.name);
    Deed {
        title,
        about: match kind {
            Kind::Workspace | Kind::Project => name.clone(),
            Kind::EmbedOfWorkspace | Kind::EmbedOfProject => format!("Embed mode of {name}"),
        },
        means: means.to_owned(),
        button: if suspends { "Suspend" } else { "Resume" },
        tone: if suspends { "danger" } else { "primary" },
        url: format!("/staff/{of}/suspension{removal}"),
        back,
        plans: Vec::new(),
        unit: None,
    }
}

fn words(kind: Kind, suspends: bool) -> (&'static str, &'static str) {
    match (kind, suspends) {
        (Kind::Workspace, true) => (
            "Suspend the workspace",
            "All of its keys are refused with workspace_suspended, from the next request on, until it is resumed.",
        ),
        (Kind::Workspace, false) => ("Resume the workspace", "Its keys work again, from the next request on."),
        (Kind::Project, true) => (
            "Suspend the project",
            "All of its keys are refused with workspace_suspended, from the next request on, until it is resumed. Other projects of the \
             workspace go on.",
        ),
        (Kind::Project, false) => ("Resume the project", "Its keys work again, from the next request on."),
        (_, true) => (
            "Suspend the embed partnership",
            "No embed session is minted and none is good, from the next request on, until it is resumed. API keys go on.",
        ),
        (_, false) => (
            "Resume the embed partnership",
            "Embed sessions are minted again, from the next request on.",
        ),
    }
}
