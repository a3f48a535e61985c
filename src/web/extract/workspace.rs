//! A member in a workspace.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::domain::access::Standing;
use crate::domain::{App, workspaces};
use crate::error::AppError;
use crate::model::role::Deed;
use crate::model::stop::Stops;
use crate::profile::KeyOwner;
use crate::web::amounts::title;
use crate::web::extract::{Extracting, Person, app_of};
use crate::web::page::{Page, Place, StoppedKeys};
use crate::web::webhooks;

/// Where the path begins with `/w/{workspace}`; not found for everybody but members.
#[derive(Clone)]
pub struct WorkspacePage {
    pub person: Person,
    pub standing: Standing,
    has_others: bool,
}

impl WorkspacePage {
    /// `/w/acme`
    pub fn url(&self) -> String {
        format!("/w/{}", self.standing.workspace.slug)
    }

    /// Keys that are stopped, as this member may see it. `base` is the address of what has them.
    pub fn stopped(&self, name: &str, stops: &Stops, base: &str) -> Vec<StoppedKeys> {
        let may_undo = self.standing.may(Deed::ManageKeys);
        StoppedKeys::of(name, stops, may_undo.then_some(base))
    }

    /// The context of a page in this workspace.
    pub fn page(&self, app: &App, section: &'static str) -> Page {
        let place = Place {
            workspace_name: self.standing.workspace.name.clone(),
            workspace_url: self.url(),
            project: None,
            role: self.standing.role.to_string(),
            workspaces_more: self.has_others,
            may_manage: self.standing.may(Deed::ManageWorkspace),
            workspace_keys: app.profile.api.keys_belong_to == KeyOwner::Workspace,
            key_webhooks: webhooks::are_signed(&app.profile),
            credits: app.profile.credits.as_ref().map(|credits| title(&credits.unit)),
            embed: app.profile.embed.is_some(),
        };
        let workspace = &self.standing.workspace;
        Page {
            place: Some(place),
            stops: self.stopped(&workspace.name, &workspace.stops, &self.url()),
            ..self.person.page(app, section)
        }
    }
}

impl FromRequest for WorkspacePage {
    type Error = AppError;
    type Future = Extracting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let person = Person::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let (app, person) = (app_of(&request)?, person.await?);
            let slug = request.match_info().query("workspace");
            let standing = Standing::enter(&app, &person.account, slug, &person.visitor.address).await?;
            let has_others = workspaces::has_several(&app, &person.account).await?;
            Ok(Self {
                person,
                standing,
                has_others,
            })
        })
    }
}
