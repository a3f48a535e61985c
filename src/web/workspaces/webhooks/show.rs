//! The endpoint as it is, and what was sent there.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::webhooks::own;
use crate::error::Result;
use crate::model::counted::Counted;
use crate::model::role::Deed;
use crate::model::timestamp::Timestamp;
use crate::model::webhook::{Endpoint, OffReason};
use crate::web::extract::WorkspacePage;
use crate::web::page::{self, Page};
use crate::web::webhooks::words::{self, Line};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Cursor {
    before: String,
}

#[derive(Template)]
#[template(path = "workspaces/webhooks/show.html")]
struct ShowPage {
    page: Page,
    url: String,
    may_manage: bool,
    endpoint: Option<Endpoint>,
    off: &'static str,
    /// Until when the previous signing secret signs too, if it does.
    overlaps_until: Option<Timestamp>,
    rows: Vec<Line>,
    /// Whether newer deliveries exist than the ones shown.
    is_older: bool,
    next: String,
    /// `26–50 of 120 deliveries`
    shown: String,
}

impl ShowPage {
    /// As the navigation calls the page.
    fn title(&self) -> &'static str {
        match self.url.ends_with("/events") {
            true => "Events of the workspace",
            false => "Webhooks of the workspace",
        }
    }
}

/// The page.
pub async fn show(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    // A cursor that is none is the beginning.
    let cursor: Cursor = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let before = cursor.before.parse().ok();
    let (now, url) = (app.now(), super::url(&app, &workspace));
    let endpoint = own::find(&app, &workspace.standing).await?;
    let (deliveries, next, counted) = match &endpoint {
        Some(endpoint) => own::deliveries(&app, &workspace.standing, endpoint, before).await?,
        None => (Vec::new(), None, Counted::NONE),
    };
    let overlaps_until = endpoint.as_ref().and_then(|endpoint| endpoint.previous_secret_until);
    page::ok(&ShowPage {
        page: super::context(&app, &workspace),
        may_manage: workspace.standing.may(Deed::ManageWorkspace),
        off: endpoint
            .as_ref()
            .and_then(|endpoint| endpoint.off)
            .map_or("", |off| why_off(off.reason)),
        overlaps_until: overlaps_until.filter(|until| *until > now),
        shown: page::range(counted, deliveries.len(), ["delivery", "deliveries"]),
        rows: deliveries
            .into_iter()
            .map(|delivery| words::line(delivery, now))
            .collect(),
        is_older: before.is_some(),
        next: next.map_or_else(String::new, |id| format!("{url}?before={id}")),
        endpoint,
        url,
    })
}

pub(super) fn why_off(reason: OffReason) -> &'static str {
    match reason {
        OffReason::ByHand => "Somebody switched it off; the audit trail says who.",
        other => words::off(other),
    }
}
