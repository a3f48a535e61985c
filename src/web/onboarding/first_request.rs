//! `…/first-request`: whether a first request has arrived. It is a page, for people; and events, for the script of the pages that wait
//! for it.

use actix_web::http::header::{HeaderValue, VARY};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::events;
use super::received::{Received, received};
use crate::domain::onboarding::first_request::{Awaited, Watcher, look};
use crate::domain::{App, keys};
use crate::error::{AppError, Result};
use crate::web::extract::{KeyPath, KeysPage, Person};
use crate::web::page::{self, Page};
use crate::web::session;

#[derive(Template)]
#[template(path = "onboarding/first_request.html")]
struct FirstRequestPage {
    page: Page,
    /// Of the key.
    url: String,
    name: String,
    received: Option<Received>,
}

/// `GET …/keys/{key}/first-request`: of a key, for whoever may see the key.
pub async fn of_key(app: Data<App>, page: KeysPage, key: KeyPath, request: HttpRequest) -> Result<HttpResponse> {
    let key = keys::find(&app, page.ring.read_keys(), key.0).await?;
    let awaited = Awaited::OfKey {
        workspace: page.ring.workspace.slug.clone(),
        project: page.ring.project.as_ref().map(|project| project.slug.clone()),
        key: key.id,
    };
    let who = watcher(&page.workspace.person)?;
    let found = look(&app, &who, &awaited).await?;
    let mut answer = if events::are_wanted(&request) {
        events::answer(app, who, awaited, found)
    } else {
        page::ok(&FirstRequestPage {
            page: page.page(&app),
            url: page.key_url(key.id),
            name: key.name,
            received: found.used.and_then(|key| received(&app, &key)),
        })?
    };
    answer.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    Ok(answer)
}

/// `GET /welcome/first-request`: the events of [`Awaited::OfWalk`]. The page is `/welcome` itself.
pub async fn of_walk(app: Data<App>, person: Person, request: HttpRequest) -> Result<HttpResponse> {
    let mut answer = if events::are_wanted(&request) {
        let who = watcher(&person)?;
        let found = look(&app, &who, &Awaited::OfWalk).await?;
        events::answer(app, who, Awaited::OfWalk, found)
    } else {
        page::redirect("/welcome")
    };
    answer.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    Ok(answer)
}

fn watcher(person: &Person) -> Result<Watcher> {
    Ok(Watcher {
        account: person.account.clone(),
        session: session::id(&person.visitor.session).ok_or(AppError::Unauthenticated)?,
        address: person.visitor.address.clone(),
    })
}
