//! `GET /w/{workspace}/requests?id=…`: why was this request refused? `id` is what the answer called it in `X-Request-Id`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::App;
use crate::domain::refused_requests::{self, Owned};
use crate::error::{FieldErrors, Result};
use crate::model::mistake::Mistake;
use crate::model::request_id::RequestId;
use crate::web::extract::WorkspacePage;
use crate::web::flash::Flash;
use crate::web::page::{self, Page};
use crate::web::refusals::{self, Shown};

const IS_NO_ID: &str = "Enter what the header X-Request-Id of the answer says, such as req_….";
const IS_SECRET: &str = "What you looked for is a key or another secret, not the id of a request; it was not looked up. If anybody \
                         else could see your screen or your history, replace it.";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    id: String,
}

#[derive(Template)]
#[template(path = "workspaces/requests.html")]
struct RequestsPage {
    page: Page,
    url: String,
    /// What was asked for, where it is safe to show again.
    id: String,
    errors: FieldErrors,
    /// Nothing, when nothing was looked for.
    lines: Option<Vec<Line>>,
}

struct Line {
    refused: Shown,
    /// The key's name and its page.
    key: String,
    key_url: String,
}

/// The page.
pub async fn show(app: Data<App>, workspace: WorkspacePage, request: HttpRequest) -> Result<HttpResponse> {
    let asked: Asked = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    let typed = asked.id.trim();
    let mut shown = RequestsPage {
        page: workspace.page(&app, "requests"),
        url: format!("{}/requests", workspace.url()),
        id: String::new(),
        errors: FieldErrors::default(),
        lines: None,
    };
    if typed.is_empty() {
        return page::ok(&shown);
    }
    if looks_secret(&app, typed) {
        // The address of a page is no place for it: on to one without.
        return Ok(page::redirect_with(&app, &shown.url, &Flash::note(IS_SECRET)));
    }
    let Some(id) = RequestId::spoken(typed).or_else(|| RequestId::parse(typed)) else {
        shown.errors = FieldErrors::one("id", IS_NO_ID);
        return page::unprocessable(&shown);
    };
    let found = refused_requests::of_workspace(&app, &workspace.standing, &id).await?;
    let line = |found: refused_requests::Found| Line {
        key: found.key.as_ref().map(|owned| owned.key.called()).unwrap_or_default(),
        key_url: found
            .key
            .as_ref()
            .map(|owned| key_url(&workspace, owned))
            .unwrap_or_default(),
        refused: refusals::shown(&app, found.request),
    };
    shown.lines = Some(found.into_iter().map(line).collect());
    shown.id = id.to_string();
    page::ok(&shown)
}

/// Whether a text is a key, or part of one, or another secret that people may have at hand.
fn looks_secret(app: &App, text: &str) -> bool {
    let formats = app.profile.key_types.iter().flat_map(|key_type| &key_type.formats);
    !matches!(
        Mistake::of(text, formats.map(|(_, format)| format)),
        Mistake::OtherPrefix | Mistake::Placeholder
    )
}

fn key_url(workspace: &WorkspacePage, owned: &Owned) -> String {
    match &owned.project {
        Some(project) => format!("{}/p/{}/keys/{}", workspace.url(), project.slug, owned.key.id),
        None => format!("{}/keys/{}", workspace.url(), owned.key.id),
    }
}
