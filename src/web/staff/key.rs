//! `GET /staff/keys/{key}`: one key of a customer, and why it would be refused now.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use serde::Deserialize;

use crate::domain::staff::{self, Asked, Outlook, Used};
use crate::domain::{App, pasted, stops};
use crate::error::Result;
use crate::model::timestamp::{DAY, HOUR, MINUTE, SECOND, plural};
use crate::profile::LimitOf;
use crate::web::amounts::{grouped, title};
use crate::web::extract::{KeyPath, StaffPage};
use crate::web::flash::Flash;
use crate::web::page::{self, Page, StoppedKeys};
use crate::web::refusals::{self, Told};
use crate::web::staff::card::{Card, card};
use crate::web::staff::refused::{self, Refused};
use crate::web::staff::trail::{self, Line};
use crate::web::webhooks::words::{self as delivery_words, Line as DeliveryLine};

#[derive(Template)]
#[template(path = "staff/key.html")]
struct KeyLookUpPage {
    page: Page,
    card: Card,
    /// What was typed to ask about.
    request: String,
    /// What is asked about: `POST /api/v1/shipments`, if anything in particular.
    asked: String,
    /// Why it would be refused, if it would be.
    refusal: Option<Told>,
    limits: Vec<LimitLine>,
    refusals: Vec<Refused>,
    trail: Vec<Line>,
    webhooks: Vec<DeliveryLine>,
    /// That these are not all, if they are not.
    refusals_shown: String,
    webhooks_shown: String,
    endpoints_shown: String,
}

struct LimitLine {
    name: String,
    of: &'static str,
    /// `3 of 100 in a minute`
    used: String,
    /// `12 seconds`, while there is no room.
    wait: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Question {
    request: String,
}

/// What is said about a request that a secret was pasted into.
const IS_SECRET: &str = "There is a key in what was asked. It was not looked at: ask without it.";

/// The page.
pub async fn show(app: Data<App>, desk: StaffPage, key: KeyPath, request: HttpRequest) -> Result<HttpResponse> {
    let question: Question = serde_html_form::from_str(request.query_string()).unwrap_or_default();
    if pasted::holds_secret(&app.profile, &question.request) {
        // The address of a page is no place for it: on to one without.
        return Ok(page::redirect_with(&app, request.path(), &Flash::note(IS_SECRET)));
    }
    let asked = Asked::parse(&question.request);
    let seen = staff::by_id(&app, &desk.staff, key.0, asked.as_ref()).await?;
    let mut found = seen.found;
    let refused = std::mem::take(&mut found.refusals);
    let refusals: Vec<Refused> = refused
        .into_iter()
        .map(|refused| refused::of_key(&app, refused))
        .collect();
    let webhooks = std::mem::take(&mut found.webhooks);
    let totals = found.totals;
    let mut page = desk.person.page(&app, "staff");
    let project = found.project.as_ref();
    let name = project.map_or(&found.workspace.name, |project| &project.name);
    page.stops = StoppedKeys::of(name, stops::of(&found.workspace, project), None);
    page::ok(&KeyLookUpPage {
        refusals_shown: page::newest(refusals.len(), totals.refusals, "refusals"),
        webhooks_shown: page::newest(webhooks.len(), totals.webhooks, "deliveries"),
        endpoints_shown: page::newest(
            found.endpoints_off.len(),
            totals.endpoints_off,
            "endpoints that are off",
        ),
        page,
        card: card(&app, found),
        asked: asked
            .map(|asked| format!("{} {}", asked.method, asked.path))
            .unwrap_or_default(),
        request: question.request,
        refusal: seen
            .outlook
            .refusal
            .as_ref()
            .map(|refusal| refusals::told(&app, refusal)),
        limits: limits(&seen.outlook),
        refusals,
        trail: trail::lines(seen.events),
        webhooks: webhooks
            .into_iter()
            .map(|delivery| delivery_words::line(delivery, app.now()))
            .collect(),
    })
}

fn limits(outlook: &Outlook) -> Vec<LimitLine> {
    let line = |used: &Used| LimitLine {
        name: title(&used.id.replace(['_', '-'], " ")),
        of: match used.of {
            LimitOf::Key => "this key",
            LimitOf::Workspace => "the whole workspace",
        },
        used: format!(
            "{} of {} in {}",
            grouped(used.used.into()),
            grouped(used.count.into()),
            period(used.period_millis)
        ),
        wait: match used.wait_millis {
            0 => String::new(),
            wait => plural((wait + SECOND - 1) / SECOND, "second"),
        },
    };
    outlook.limits.iter().map(line).collect()
}

fn period(millis: i64) -> String {
    match millis {
        SECOND => "a second".to_owned(),
        MINUTE => "a minute".to_owned(),
        HOUR => "an hour".to_owned(),
        DAY => "a day".to_owned(),
        other => plural(other / DAY, "day"),
    }
}
