//! A member in front of a key ring: a project's, or the workspace's own where the profile says so.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::domain::App;
use crate::domain::access::KeyRing;
use crate::error::AppError;
use crate::model::ids::KeyId;
use crate::web::extract::{Extracting, WorkspacePage, app_of};
use crate::web::page::{Page, Place, PlaceProject};

/// Where the path begins with `/w/{workspace}/p/{project}/keys` or `/w/{workspace}/keys`.
#[derive(Clone)]
pub struct KeysPage {
    pub workspace: WorkspacePage,
    pub ring: KeyRing,
}

impl KeysPage {
    /// `/w/acme/p/site/keys`
    pub fn url(&self) -> String {
        match &self.ring.project {
            Some(project) => format!("{}/p/{}/keys", self.workspace.url(), project.slug),
            None => format!("{}/keys", self.workspace.url()),
        }
    }

    /// `/w/acme/p/site/keys/0192…`
    pub fn key_url(&self, id: KeyId) -> String {
        format!("{}/{id}", self.url())
    }

    /// The context of a page about these keys.
    pub fn page(&self, app: &App) -> Page {
        let mut page = self.workspace.page(app, "keys");
        let project = self.ring.project.as_ref().map(|project| PlaceProject {
            name: project.name.clone(),
            url: format!("{}/p/{}", self.workspace.url(), project.slug),
        });
        page.place = page.place.map(|place| Place { project, ..place });
        page
    }
}

impl FromRequest for KeysPage {
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let workspace = WorkspacePage::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let (app, workspace) = (app_of(&request)?, workspace.await?);
            let ring = workspace
                .standing
                .key_ring(&app, request.match_info().get("project"))
                .await?;
            Ok(Self { workspace, ring })
        })
    }
}

/// The `{key}` of the path; what is no id is not found.
#[derive(Clone, Copy, Debug)]
pub struct KeyPath(pub KeyId);

impl FromRequest for KeyPath {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let id = request.match_info().get("key").and_then(|text| text.parse().ok());
        std::future::ready(id.map(Self).ok_or(AppError::NotFound))
    }
}
