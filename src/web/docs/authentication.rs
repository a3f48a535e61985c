//! `GET /docs/authentication`: for everybody, signed in or not. People who are signed in find the beginning of their own newest key.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::errors::{self, Entry};
use super::keys::{FormatRow, HeaderRow, ShapeRow};
use super::limits::{HeaderExample, LimitRow, PlanRow};
use super::reader::ReaderView;
use super::requests::{RequestRow, ScopeRows};
use super::sections::{self, Section};
use super::troubleshooting::{self, Symptom};
use super::{RECEIVERS, caching, keys, limits, reader, requests};
use crate::domain::{App, docs};
use crate::error::{AppError, Result};
use crate::model::timestamp::{DAY, HOUR, MINUTE, SECOND};
use crate::model::webhook::schedule;
use crate::profile::{KeyOwner, Profile};
use crate::web::extract::Visitor;
use crate::web::keys::snippets::{self, Call, KeyFrom};
use crate::web::page::Page;

#[derive(Template)]
#[template(path = "docs/authentication.html")]
struct AuthenticationPage<'a> {
    page: Page,
    profile: &'a Profile,
    sections: Vec<Section>,
    reader: Option<ReaderView>,
    examples: Examples,
    headers: Vec<HeaderRow>,
    formats: Vec<FormatRow>,
    shapes: Vec<ShapeRow>,
    scopes: Vec<ScopeRows>,
    requests: Vec<RequestRow>,
    /// Whether programs can manage keys.
    management: bool,
    limits: Vec<LimitRow>,
    limit_headers: Option<HeaderExample>,
    plans: Vec<PlanRow>,
    retries: String,
    errors: Vec<Entry>,
    other_errors: Vec<Entry>,
    symptoms: Vec<Symptom>,
}

struct Examples {
    /// The environment variable that holds the key.
    variable: String,
    /// What is to be put into it: the beginning of a key.
    begins: String,
    curl: String,
    node: String,
    python: String,
}

/// `GET /docs`: there is one page so far.
pub async fn lead() -> HttpResponse {
    crate::web::page::redirect(docs::AUTHENTICATION)
}

/// The page.
pub async fn show(app: Data<App>, visitor: Visitor, request: HttpRequest) -> Result<HttpResponse> {
    let own = match &visitor.account {
        Some(account) => docs::reader(&app, account).await?,
        None => None,
    };
    let reader = own.map(|own| reader::view(&app, &own));
    let profile = &app.profile;
    let page = AuthenticationPage {
        page: visitor.page(&app, "docs"),
        profile,
        sections: sections::of(profile),
        examples: examples(&app, reader.as_ref()),
        reader,
        headers: keys::headers(profile),
        formats: keys::formats(profile),
        shapes: keys::shapes(profile),
        scopes: requests::scopes(profile),
        requests: requests::rows(profile),
        management: requests::management_is_open(profile),
        limits: limits::rows(profile),
        limit_headers: limits::header_example(profile),
        plans: limits::plans(profile),
        retries: retries(),
        errors: errors::entries(&app),
        other_errors: errors::others(profile),
        symptoms: troubleshooting::symptoms(&app),
    };
    let body = page.render().map_err(|error| AppError::Internal(error.into()))?;
    Ok(caching::answer(&request, visitor.account.is_some(), body))
}

fn examples(app: &App, reader: Option<&ReaderView>) -> Examples {
    let variable = snippets::variable(app, "API_KEY");
    let (call, key) = (Call::me(app), KeyFrom::Variable(&variable));
    let own = reader.and_then(|reader| reader.key.as_ref());
    Examples {
        begins: match own {
            Some(key) => key.shown.clone(),
            None => keys::first_prefix(&app.profile),
        },
        curl: call.curl(key),
        node: call.node(key),
        python: call.python(key),
        variable,
    }
}

/// `5 s, 5 min, 2 h`: after how long a webhook is sent again.
fn retries() -> String {
    let units = [(DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")];
    let word = |step: i64| {
        let unit = units.iter().find(|(unit, _)| step % unit == 0);
        unit.map_or_else(
            || format!("{step} ms"),
            |(unit, word)| format!("{} {word}", step / unit),
        )
    };
    schedule::STEPS.map(word).join(", ")
}

impl AuthenticationPage<'_> {
    fn has(&self, section: &str) -> bool {
        self.sections.iter().any(|known| known.id == section)
    }

    fn by_project(&self) -> bool {
        self.profile.api.keys_belong_to == KeyOwner::Project
    }

    /// What owns a key, in a word.
    fn owner(&self) -> &'static str {
        if self.by_project() { "project" } else { "workspace" }
    }

    fn code(&self, code: &str) -> String {
        self.profile.errors.case.write(code).into_owned()
    }

    /// Where a code is explained on this page.
    fn at<'c>(&self, code: &'c str) -> &'c str {
        let is_there = self.errors.iter().any(|entry| entry.anchor == code);
        if is_there { code } else { "errors" }
    }

    fn has_public(&self) -> bool {
        self.profile.key_types.iter().any(|key_type| key_type.public)
    }
}
