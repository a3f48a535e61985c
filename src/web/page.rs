//! What every page has: who is here, where they are, what was just said; and how a page or a redirect is answered.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use askama::Template;

use crate::domain::App;
use crate::error::{AppError, Result};
use crate::model::timestamp::Timestamp;
use crate::web::assets;
use crate::web::flash::Flash;
use crate::web::workspaces::credits::grouped;

/// The context of a page: one field of each template, built once by its extractor.
#[derive(Clone, Debug)]
pub struct Page {
    /// The API's name.
    pub product: String,
    /// The proof for this page's forms.
    pub csrf: String,
    pub person: Option<PagePerson>,
    pub place: Option<Place>,
    /// The current item of the navigation.
    pub section: &'static str,
    pub flash: Option<Flash>,
    pub development: bool,
    pub now: Timestamp,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct PagePerson {
    pub email: String,
    pub is_staff: bool,
}

/// Where in the dashboard this is.
#[derive(Clone, Debug)]
pub struct Place {
    pub workspace_name: String,
    /// `/w/acme`
    pub workspace_url: String,
    pub project: Option<PlaceProject>,
    pub role: String,
    pub workspaces_more: bool,
    /// Whether the role may manage the workspace: then it has an "Audit" item.
    pub may_manage: bool,
    /// Whether keys hang on the workspace itself: then it has a "Keys" item of its own.
    pub workspace_keys: bool,
    /// Whether any key can have webhooks: then whatever owns keys has an item for them.
    pub key_webhooks: bool,
    /// What credits are called, where there are any: then it has an item of that name.
    pub credits: Option<String>,
    /// Whether the profile has embed mode: then whatever owns keys has an item for it.
    pub embed: bool,
}

/// The project, when the page is inside of one.
#[derive(Clone, Debug)]
pub struct PlaceProject {
    pub name: String,
    /// `/w/acme/p/site`
    pub url: String,
}

/// Which of a list a page shows: `12 keys` when that is all, `51–100 of 1,234 keys` otherwise.
pub fn range(passed: u64, shown: usize, total: u64, [one, many]: [&str; 2]) -> String {
    let shown = u64::try_from(shown).unwrap_or(u64::MAX);
    let number = |count: u64| grouped(i64::try_from(count).unwrap_or(i64::MAX));
    if passed == 0 && shown >= total {
        return format!("{} {}", number(shown), if shown == 1 { one } else { many });
    }
    let (first, last) = (number(passed + 1), number(passed + shown));
    format!("{first}–{last} of {} {many}", number(total.max(passed + shown)))
}

impl Page {
    /// For a page that knows nothing of who opens it, and has no form.
    pub fn of_nobody(app: &App) -> Self {
        Self {
            product: app.profile.api.name.clone(),
            csrf: String::new(),
            person: None,
            place: None,
            section: "",
            flash: None,
            development: app.settings.development && app.mailer.folder().is_some(),
            now: app.now(),
        }
    }

    /// The URL of an asset.
    pub fn asset(&self, name: &str) -> String {
        assets::url(name)
    }

    /// A moment as a template shows it: for programs, exact, and relative to now.
    pub fn moment(&self, at: &Timestamp) -> Moment {
        Moment {
            iso: at.rfc3339(),
            exact: at.exact(),
            relative: at.relative(self.now),
        }
    }
}

/// A moment in the three forms of the `time` component.
#[derive(Clone, Debug)]
pub struct Moment {
    pub iso: String,
    pub exact: String,
    pub relative: String,
}

/// Renders a page.
pub fn html(status: StatusCode, template: &impl Template) -> Result<HttpResponse> {
    let body = template.render().map_err(|error| AppError::Internal(error.into()))?;
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(body))
}

/// Renders a page that is fine.
pub fn ok(template: &impl Template) -> Result<HttpResponse> {
    html(StatusCode::OK, template)
}

/// Renders a form again, with what is wrong.
pub fn unprocessable(template: &impl Template) -> Result<HttpResponse> {
    html(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// After a POST: `303 See Other`.
pub fn redirect(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, to)).finish()
}

/// After a POST, with a sentence for the next page.
pub fn redirect_with(app: &App, to: &str, flash: &Flash) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .cookie(flash.cookie(app))
        .finish()
}
