//! A member in front of a key ring: a project's, or the workspace's own where the profile says so.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::domain::App;
use crate::domain::access::KeyRing;
use crate::error::AppError;
use crate::model::ids::{EndpointId, InboundTokenId, KeyId};
use crate::model::webhook::DeliveryId;
use crate::web::extract::{Extracting, WorkspacePage, app_of};
use crate::web::page::{Page, Place, PlaceProject};

/// Where the path begins with `/w/{workspace}/p/{project}/keys` or `/w/{workspace}/keys`.
#[derive(Clone)]
pub struct KeysPage {
    pub workspace: WorkspacePage,
    pub ring: KeyRing,
}

impl KeysPage {
    /// `/w/acme/p/site`, or `/w/acme` where keys hang on the workspace.
    pub fn base_url(&self) -> String {
        match &self.ring.project {
            Some(project) => format!("{}/p/{}", self.workspace.url(), project.slug),
            None => self.workspace.url(),
        }
    }

    /// `/w/acme/p/site/keys`
    pub fn url(&self) -> String {
        format!("{}/keys", self.base_url())
    }

    /// `/w/acme/p/site/keys/0192…`
    pub fn key_url(&self, id: KeyId) -> String {
        format!("{}/{id}", self.url())
    }

    /// `/w/acme/p/site/webhooks`
    pub fn webhooks_url(&self) -> String {
        format!("{}/webhooks", self.base_url())
    }

    /// `/w/acme/p/site/webhooks/msg_0192…`
    pub fn delivery_url(&self, id: DeliveryId) -> String {
        format!("{}/{id}", self.webhooks_url())
    }

    /// `/w/acme/p/site/embed`
    pub fn embed_url(&self) -> String {
        format!("{}/embed", self.base_url())
    }

    /// `/w/acme/p/site/keys/0192…/inbound`
    pub fn inbound_url(&self, id: KeyId) -> String {
        format!("{}/inbound", self.key_url(id))
    }

    /// The context of a page about these keys.
    pub fn page(&self, app: &App) -> Page {
        self.page_in(app, "keys")
    }

    /// The context of a page in another section of the navigation.
    pub fn page_in(&self, app: &App, section: &'static str) -> Page {
        let mut page = self.workspace.page(app, section);
        let project = self.ring.project.as_ref().map(|project| PlaceProject {
            name: project.name.clone(),
            url: self.base_url(),
        });
        page.place = page.place.map(|place| Place { project, ..place });
        if let Some(project) = &self.ring.project {
            page.stops = self.workspace.stopped(&project.name, &project.stops, &self.base_url());
        }
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

/// Declares what reads an id from the path; what is no id is not found.
macro_rules! path_id {
    ($(#[$doc:meta])* $name:ident($id:ty) = $word:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub $id);

        impl FromRequest for $name {
            type Error = AppError;
            type Future = std::future::Ready<Result<Self, AppError>>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let id = request.match_info().get($word).and_then(|text| text.parse().ok());
                std::future::ready(id.map(Self).ok_or(AppError::NotFound))
            }
        }
    };
}

path_id!(
    /// The `{key}` of the path.
    KeyPath(KeyId) = "key"
);
path_id!(
    /// The `{delivery}` of the path.
    DeliveryPath(DeliveryId) = "delivery"
);
path_id!(
    /// The `{endpoint}` of the path.
    EndpointPath(EndpointId) = "endpoint"
);
path_id!(
    /// The `{inbound}` of the path.
    InboundPath(InboundTokenId) = "inbound"
);
