//! A member in a project.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::domain::{App, projects};
use crate::error::AppError;
use crate::model::workspace::Project;
use crate::profile::KeyOwner;
use crate::web::extract::{Extracting, WorkspacePage, app_of};
use crate::web::page::{Page, Place, PlaceProject};

/// Where the path begins with `/w/{workspace}/p/{project}`. Where keys hang on workspaces, projects have no pages.
#[derive(Clone)]
pub struct ProjectPage {
    pub workspace: WorkspacePage,
    pub project: Project,
}

impl ProjectPage {
    /// `/w/acme/p/site`
    pub fn url(&self) -> String {
        format!("{}/p/{}", self.workspace.url(), self.project.slug)
    }

    /// The context of a page in this project.
    pub fn page(&self, app: &App, section: &'static str) -> Page {
        let mut page = self.workspace.page(app, section);
        let project = PlaceProject {
            name: self.project.name.clone(),
            url: self.url(),
        };
        page.place = page.place.map(|place| Place {
            project: Some(project),
            ..place
        });
        page.stops = self
            .workspace
            .stopped(&self.project.name, &self.project.stops, &self.url());
        page
    }
}

impl FromRequest for ProjectPage {
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let workspace = WorkspacePage::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let (app, workspace) = (app_of(&request)?, workspace.await?);
            if app.profile.api.keys_belong_to == KeyOwner::Workspace {
                return Err(AppError::NotFound);
            }
            let slug = request.match_info().query("project");
            let project = projects::find(&app, &workspace.standing, slug).await?;
            Ok(Self { workspace, project })
        })
    }
}
