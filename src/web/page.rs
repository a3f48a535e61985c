//! What every page has: who is here, where they are, what was just said; and how a page or a redirect is answered.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use askama::Template;

use crate::domain::App;
use crate::error::{AppError, Result};
use crate::model::access::Environment;
use crate::model::counted::{Counted, MOST_COUNTED};
use crate::model::stop::{Stop, Stops};
use crate::model::timestamp::Timestamp;
use crate::web::amounts::grouped;
use crate::web::assets;
use crate::web::flash::Flash;

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
    /// Keys here that are stopped, all of an environment.
    pub stops: Vec<StoppedKeys>,
    pub development: bool,
    pub now: Timestamp,
}

/// That all keys of an environment are stopped.
#[derive(Clone, Debug)]
pub struct StoppedKeys {
    pub environment: Environment,
    /// Of the project or workspace that has them.
    pub name: String,
    pub at: Timestamp,
    pub by: String,
    pub why: String,
    /// Where that is undone; empty for who may not.
    pub undo: String,
}

impl StoppedKeys {
    /// Those of one project or workspace. `base` is its address, for who may undo it.
    pub fn of(name: &str, stops: &Stops, base: Option<&str>) -> Vec<Self> {
        let stopped = |(environment, stop): (Environment, &Stop)| Self {
            environment,
            name: name.to_owned(),
            at: stop.at,
            by: stop.by.clone(),
            why: stop.why.clone(),
            undo: base.map_or_else(String::new, |base| format!("{base}/stops/{environment}/removal")),
        };
        stops.all().map(stopped).collect()
    }
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

/// Which of a list a page shows: `12 keys` when that is all, `51–100 of 1,234 keys` otherwise, or `1–50 of more than 10,000 keys`.
pub fn range(at: Counted, shown: usize, nouns: [&str; 2]) -> String {
    let shown = shown as u64;
    match (at.passed, at.total) {
        (Some(0), Some(total)) if shown >= total => count(shown, nouns),
        (Some(passed), total) => {
            let (first, last) = (passed + 1, passed + shown);
            // A row may come or go between two questions.
            let total = total.map(|total| total.max(last));
            format!(
                "{}–{} of {} {}",
                number(first),
                number(last),
                up_to_most(total),
                nouns[1]
            )
        }
        // Its place was not counted, either.
        (None, total) => format!("{} of {} {}", number(shown), up_to_most(total), nouns[1]),
    }
}

/// Below a list that shows only its beginning: `The newest 5 of 37 deliveries`. Nothing where that is all.
pub fn newest(shown: usize, total: Option<u64>, many: &str) -> String {
    let shown = shown as u64;
    if total.is_some_and(|total| shown >= total) {
        return String::new();
    }
    format!("The newest {} of {} {many}.", number(shown), up_to_most(total))
}

/// `The first 20 of 53 keys.`; nothing where that is all.
pub fn first(shown: usize, total: Option<u64>, many: &str) -> String {
    newest(shown, total, many).replacen("newest", "first", 1)
}

/// `1 member`, `1,234 members`
pub fn count(count: u64, [one, many]: [&str; 2]) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

fn up_to_most(total: Option<u64>) -> String {
    total.map_or_else(|| format!("more than {}", number(MOST_COUNTED)), number)
}

fn number(count: u64) -> String {
    grouped(i64::try_from(count).unwrap_or(i64::MAX))
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
            stops: Vec::new(),
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

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [&str; 2] = ["key", "keys"];

    #[test]
    fn a_list_says_how_long_it_is() {
        for (passed, shown, total, says) in [
            (Some(0), 1, Some(1), "1 key"),
            (Some(0), 12, Some(12), "12 keys"),
            (Some(0), 50, Some(1_234), "1–50 of 1,234 keys"),
            (Some(50), 50, Some(1_234), "51–100 of 1,234 keys"),
            (Some(1_200), 34, Some(1_234), "1,201–1,234 of 1,234 keys"),
            // One was deleted meanwhile.
            (Some(50), 50, Some(99), "51–100 of 100 keys"),
            (Some(50), 50, None, "51–100 of more than 10,000 keys"),
            (None, 50, None, "50 of more than 10,000 keys"),
        ] {
            assert_eq!(range(Counted { passed, total }, shown, KEYS), says);
        }
    }

    #[test]
    fn the_beginning_of_a_list_says_that_there_is_more() {
        assert_eq!(newest(5, Some(5), "keys"), "");
        assert_eq!(newest(5, Some(1_037), "keys"), "The newest 5 of 1,037 keys.");
        assert_eq!(newest(5, None, "keys"), "The newest 5 of more than 10,000 keys.");
    }
}
